package children

import (
	"strings"

	"tuoyu/nursery"
	"tuoyu/sheets"
)

// The columns that several files have, with their usual headings.
var (
	NameColumn = sheets.Column{
		Name: ColumnName, Also: []string{"幼儿姓名", "婴幼儿姓名", "儿童姓名", "宝宝姓名", "孩子姓名", "入托婴幼儿姓名"}, Needed: true,
	}
	KindColumn     = sheets.Column{Name: ColumnKind, Also: []string{"证件种类", "证件类别", "身份证件类型"}, Kind: sheets.Word}
	IdentityColumn = sheets.Column{
		Name: ColumnIdentity, Also: []string{"证件号", "身份证号", "身份证号码", "身份证件号码", "公民身份号码", "居民身份证号", "居民身份证号码"}, Kind: sheets.Number, Needed: true,
	}
	BirthColumn    = sheets.Column{Name: ColumnBirth, Also: []string{"出生年月日", "出生日", "生日"}, Kind: sheets.Day, Needed: true}
	SexColumn      = sheets.Column{Name: ColumnSex, Kind: sheets.Word, Needed: true}
	GuardianColumn = sheets.Column{Name: ColumnGuardian, Also: []string{"监护人", "家长姓名", "家长"}}
	PhoneColumn    = sheets.Column{
		Name: ColumnPhone, Also: []string{"监护人手机", "监护人手机号", "监护人手机号码", "监护人联系电话", "家长电话", "家长联系电话", "家长手机", "联系电话", "手机号", "手机号码"}, Kind: sheets.Number,
	}
)

// rosterWords maps the words used in files to codes; codes themselves are accepted too.
var rosterWords = map[string]string{}

func init() {
	for code, words := range map[string]string{
		string(nursery.ByResidentID):        "居民身份证 身份证 二代身份证 居民身份证号 身份证号",
		string(nursery.ByBirthCertificate):  "出生医学证明 出生证 出生证明 医学出生证明 出生医学证",
		string(nursery.ByPermit):            "居住证 港澳台居民居住证 港澳居民居住证 台湾居民居住证 外国人永久居留证 外国人永久居留身份证",
		string(nursery.ByPassport):          "护照 外国护照",
		string(nursery.Male):                "男 男孩 男童 男性 男婴 男宝 M",
		string(nursery.Female):              "女 女孩 女童 女性 女婴 女宝 F",
		string(nursery.ResidenceRegistered): "户籍 户籍人口 本地户籍 本县户籍 本区户籍 户口 本地户口 户籍在本地",
		string(nursery.ResidencePermanent):  "常住 常住人口 常住人员 非户籍常住",
		string(nursery.ResidenceOther):      "其他 其它",
	} {
		for _, word := range strings.Fields(words) {
			rosterWords[word] = code
		}
	}
}

// WordOf returns the code of a word, or the word itself.
func WordOf(s string) string {
	if code, ok := rosterWords[strings.TrimSpace(s)]; ok {
		return code
	}
	return s
}

// KindOf returns the kind of identity: the stated one, or that whose form the number has.
func KindOf(stated, number string) nursery.IdentityKind {
	if stated != "" {
		return nursery.IdentityKind(WordOf(stated))
	}
	if len(nursery.Child{Identity: number}.Normal().Identity) == 10 {
		return nursery.ByBirthCertificate
	}
	return nursery.ByResidentID
}
