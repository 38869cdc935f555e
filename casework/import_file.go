package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tuoyu/limits"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// Few files are read at a time: each takes up to a hundred megabytes for a second or two. Waiting files take no more
// memory than their content.
const (
	importsHeld = 8 // files whose content is being received or waits to be read
	importsRead = 2 // files being read
	importWait  = 20 * time.Second
)

// imports limits the memory used by imports in the process.
type imports struct{ held, read *limits.Slots }

func newImports() imports {
	return imports{limits.NewSlots(importsHeld, 0), limits.NewSlots(importsRead, importWait)}
}

// importFile is a parsed file, with the hash of its content.
type importFile struct {
	*sheets.Sheet
	Sum [sha256.Size]byte
}

// readImport reads the rows of a workbook or of CSV text. The caller has authorized the import before. Errors: code with the
// reason at the field, attachment_too_large, imports_busy.
func (s *Service) readImport(ctx context.Context, from io.Reader, code string, most int, columns []sheets.Column) (importFile, error) {
	busy := userError(CodeImportsBusy, "正在处理的导入较多，请稍后再试。")
	release, ok := s.imports.held.Take(ctx)
	if !ok {
		return importFile{}, busy
	}
	defer release()
	var content bytes.Buffer
	switch n, err := content.ReadFrom(io.LimitReader(from, sheets.MaxBytes+1)); {
	case err != nil:
		return importFile{}, fmt.Errorf("read file: %w", err)
	case n > sheets.MaxBytes:
		return importFile{}, userError(CodeAttachmentTooLarge, fmt.Sprintf("名册文件不能超过 %d MiB。", sheets.MaxBytes>>20),
			FieldError{Location: "file", Message: fmt.Sprintf("文件过大，不能超过 %d MiB", sheets.MaxBytes>>20)})
	}
	read, ok := s.imports.read.Take(ctx)
	if !ok {
		return importFile{}, busy
	}
	defer read()
	sheet, err := sheets.ReadColumns(bytes.NewReader(content.Bytes()), int64(content.Len()), most, columns)
	var wrong *sheets.Error
	if errors.As(err, &wrong) {
		e := userError(code, wrong.Message, FieldError{Location: "file", Message: strings.TrimSuffix(wrong.Message, "。")})
		e.Err = err
		return importFile{}, e
	}
	if err != nil {
		return importFile{}, err
	}
	if len(sheet.Rows) == 0 {
		return importFile{}, userError(code, "文件中没有数据行。", FieldError{Location: "file", Message: "没有数据行"})
	}
	return importFile{sheet, sha256.Sum256(content.Bytes())}, nil
}

// The columns that several files have, with their usual headings.
var (
	nameColumn = sheets.Column{
		Name: columnName, Also: []string{"幼儿姓名", "婴幼儿姓名", "儿童姓名", "宝宝姓名", "孩子姓名", "入托婴幼儿姓名"}, Needed: true,
	}
	kindColumn     = sheets.Column{Name: columnKind, Also: []string{"证件种类", "证件类别", "身份证件类型"}, Kind: sheets.Word}
	identityColumn = sheets.Column{
		Name: columnIdentity, Also: []string{"证件号", "身份证号", "身份证号码", "身份证件号码", "公民身份号码", "居民身份证号", "居民身份证号码"}, Kind: sheets.Number, Needed: true,
	}
	birthColumn    = sheets.Column{Name: columnBirth, Also: []string{"出生年月日", "出生日", "生日"}, Kind: sheets.Day, Needed: true}
	sexColumn      = sheets.Column{Name: columnSex, Kind: sheets.Word, Needed: true}
	guardianColumn = sheets.Column{Name: columnGuardian, Also: []string{"监护人", "家长姓名", "家长"}}
	phoneColumn    = sheets.Column{
		Name: columnPhone, Also: []string{"监护人手机", "监护人手机号", "监护人手机号码", "监护人联系电话", "家长电话", "家长联系电话", "家长手机", "联系电话", "手机号", "手机号码"}, Kind: sheets.Number,
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

// wordOf returns the code of a word, or the word itself.
func wordOf(s string) string {
	if code, ok := rosterWords[strings.TrimSpace(s)]; ok {
		return code
	}
	return s
}

// kindOf returns the kind of identity: the stated one, or that whose form the number has.
func kindOf(stated, number string) nursery.IdentityKind {
	if stated != "" {
		return nursery.IdentityKind(wordOf(stated))
	}
	if len(nursery.Child{Identity: number}.Normal().Identity) == 10 {
		return nursery.ByBirthCertificate
	}
	return nursery.ByResidentID
}

// countyCodeOf returns the code of a county by its name, with or without the city before it, or the text itself.
func countyCodeOf(text string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(text, "山西省"), "长治市")
	for _, county := range nursery.Counties() {
		if name == county.Name {
			return county.Code
		}
	}
	return text
}

// template returns a workbook to fill in: the headings with an example that is skipped when it is read, and on a second
// sheet the instructions.
func template(name string, columns []sheets.Column, example, notes map[string]string) ([]byte, error) {
	table := sheets.Table{Name: name, Frozen: 1, Wide: len(columns)}
	guide := sheets.Table{Name: "填写说明", Head: []string{"栏目", "是否必填", "怎样填写", "举例"}, Wide: 4, Notes: [][]any{
		{"只读取第一个工作表。以“" + sheets.ExampleMark + "”开头的行不导入，可以删除。"},
		{"证件号码和电话所在的列请先设为文本格式，以免末几位丢失；不要使用公式。"},
	}}
	var row []any
	for i, c := range columns {
		table.Head = append(table.Head, c.Name)
		value := example[c.Name]
		needed := "选填"
		if c.Needed {
			needed = "必填"
		}
		guide.Rows = append(guide.Rows, []any{c.Name, needed, notes[c.Name], value})
		if i == 0 {
			value = sheets.ExampleMark + "（导入时跳过）"
		}
		row = append(row, value)
	}
	table.Rows = [][]any{row}
	return sheets.Write(table, guide)
}
