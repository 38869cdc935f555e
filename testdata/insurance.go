package testdata

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"tuoyu/nursery"
)

// RosterHead is the head of a roster file as counties hand it in.
var RosterHead = []string{"姓名", "证件类型", "证件号码", "出生日期", "性别", "户籍情况", "监护人姓名", "监护人电话", "告知日期", "同意书", "死亡日期", "迁出日期", "新生儿"}

// InsuredChild gives the n-th generated child of a county as a line of a roster: no person, with a valid identity number. Children
// are born on the days before the given one, one after the other over age in months.
func InsuredChild(county string, n int, before nursery.Date, ageMonths int) []string {
	span := max(before.AddMonths(-ageMonths).DaysUntil(before), 1)
	born, sequence := before.AddDays(-1-n%span), 1+n/span%999
	sex := "女"
	if sequence%2 == 1 {
		sex = "男"
	}
	id, err := nursery.MakeResidentID(county, born, sequence)
	if err != nil {
		panic("testdata: " + err.Error())
	}
	return []string{fmt.Sprintf("婴幼儿%06d", n), "居民身份证", string(id), born.String(), sex, "户籍", "", "", before.AddDays(-1).String(), "", "", "", ""}
}

// RosterCSV writes lines as a roster file.
func RosterCSV(lines ...[]string) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.WriteAll(append([][]string{RosterHead}, lines...)); err != nil {
		panic("testdata: " + err.Error())
	}
	return out.Bytes()
}
