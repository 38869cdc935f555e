package testdata

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"tuoyu/nursery"
)

// RosterHead is the header row of a roster file as counties submit it.
var RosterHead = []string{"姓名", "证件类型", "证件号码", "出生日期", "性别", "户籍情况", "监护人姓名", "监护人电话", "告知日期", "同意书", "死亡日期", "迁出日期", "新生儿"}

// InsuredChild returns the n-th generated child of a county as a row of a roster: an invented child with a valid
// identity number. Children are born on consecutive days before the given one, all older than age in months.
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

// RosterCSV encodes lines as a roster file.
func RosterCSV(lines ...[]string) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.WriteAll(append([][]string{RosterHead}, lines...)); err != nil {
		panic("testdata: " + err.Error())
	}
	return out.Bytes()
}
