package tests

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/testdata"
)

// locked returns a PDF encrypted with a password to open it; with none, only to change it.
func locked(t *testing.T, user string) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, api.Encrypt(bytes.NewReader(testdata.PDF("locked")), &out, model.NewAESConfiguration(user, "owner", 256)))
	return out.Bytes()
}

// archive returns a zip of parts, alternating names and contents, in this order.
func archive(t *testing.T, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		part, err := w.Create(parts[i])
		require.NoError(t, err)
		_, err = part.Write([]byte(parts[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func contentTypes(part, kind string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Override PartName="` + part + `" ContentType="` + kind + `"/></Types>`
}

const (
	documentType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	macroType    = "application/vnd.ms-word.document.macroEnabled.main+xml"
)

// box returns a box of a file of ISO/IEC 14496-12.
func box(kind, content string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(content)))) + kind + content
}

func photo(t *testing.T, as string) []byte {
	t.Helper()
	var b bytes.Buffer
	picture := image.NewGray(image.Rect(0, 0, 200, 100))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i * i)
	}
	if as == "jpeg" {
		require.NoError(t, jpeg.Encode(&b, picture, nil))
	} else {
		require.NoError(t, png.Encode(&b, picture))
	}
	return b.Bytes()
}

// sized returns a PNG whose header claims these dimensions.
func sized(t *testing.T, width, height uint32) []byte {
	raw := photo(t, "png")
	binary.BigEndian.PutUint32(raw[16:], width)
	binary.BigEndian.PutUint32(raw[20:], height)
	binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(raw[12:29]))
	return raw
}

// webpPicture is one pixel in lossless WebP.
const webpPicture = "RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"

func compoundFile(stream string) string {
	var name strings.Builder
	for _, c := range stream {
		name.WriteByte(byte(c))
		name.WriteByte(0)
	}
	return "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 50_000) + name.String() + strings.Repeat("\x00", 100)
}

func TestAnUploadIsOpenedWhenItArrives(t *testing.T) {
	d := newFixture(t)
	noPages := strings.NewReplacer("/Kids [3 0 R]", "/Kids [     ]", "/Count 1", "/Count 0").Replace(string(testdata.PDF("x")))
	claimsPages := strings.Replace(string(testdata.PDF("x")), "/Kids [3 0 R]", "/Kids [     ]", 1)
	whole := string(testdata.PDF("x"))
	jpegPhoto, pngPhoto := string(photo(t, "jpeg")), string(photo(t, "png"))
	document := string(archive(t, "docProps/app.xml", "<a/>", "custom/item.bin", "x", "word/document.xml", "<w/>", "[Content_Types].xml", contentTypes("/word/document.xml", documentType)))
	workbook := string(archive(t, "a.xml", "<a/>", "b.xml", "<a/>", "c.xml", "<a/>", "d.xml", "<a/>", "xl/workbook.xml", "<w/>", "[Content_Types].xml", contentTypes("/xl/workbook.xml", workbookType)))
	damaged := []byte(string(archive(t, "[Content_Types].xml", contentTypes("/word/document.xml", documentType), "word/document.xml", strings.Repeat("<w>text</w>", 50))))
	at := bytes.Index(damaged, []byte("word/document.xml"))
	for i := at + 25; i < at+40; i++ {
		damaged[i] ^= 0x5a
	}
	for name, c := range map[string]struct{ content, code, said string }{
		"PDF without content":        {"", casework.CodeAttachmentEmpty, "0 字节"},
		"PDF with a password":        {string(locked(t, "secret")), casework.CodeAttachmentEncrypted, "打开密码"},
		"PDF cut off":                {whole[:len(whole)/3], casework.CodeAttachmentBroken, "PDF"},
		"PDF of nothing but a head":  {"%PDF-1.4\n", casework.CodeAttachmentBroken, "PDF"},
		"PDF without pages":          {noPages, casework.CodeAttachmentNoPages, "没有页面"},
		"PDF that claims a page":     {claimsPages, casework.CodeAttachmentBroken, "PDF"},
		"JPEG cut off":               {jpegPhoto[:len(jpegPhoto)/2], casework.CodeAttachmentBroken, "图片"},
		"PNG cut off":                {pngPhoto[:len(pngPhoto)/2], casework.CodeAttachmentBroken, "图片"},
		"PNG with a bent byte":       {pngPhoto[:60] + "\x00\x01" + pngPhoto[62:], casework.CodeAttachmentBroken, "图片"},
		"WebP cut off":               {webpPicture[:26], casework.CodeAttachmentBroken, "图片"},
		"picture too wide":           {string(sized(t, 20_001, 1)), casework.CodeAttachmentPicture, "20000"},
		"picture of too many points": {string(sized(t, 19_000, 19_000)), casework.CodeAttachmentPicture, "5000 万"},
		"HEIC of random bytes":       {box("ftyp", "heic\x00\x00\x00\x00mif1heic") + "\x9d\x01\xf3\x77what follows is noise", casework.CodeAttachmentBroken, "HEIC"},
		"HEIC without pictures":      {box("ftyp", "heic\x00\x00\x00\x00mif1heic") + box("mdat", "x"), casework.CodeAttachmentBroken, "HEIC"},
		"HEIC cut off":               {box("ftyp", "mif1\x00\x00\x00\x00mif1heic") + box("meta", "0123456789")[:12], casework.CodeAttachmentBroken, "HEIC"},
		"HEIF of another code":       {box("ftyp", "mif1\x00\x00\x00\x00mif1avif") + box("meta", "0123456789"), casework.CodeAttachmentType, "JPG"},
		"document with a password":   {compoundFile("EncryptedPackage"), casework.CodeAttachmentEncrypted, "打开密码"},
		"document of before 2007":    {compoundFile("WordDocument"), casework.CodeAttachmentType, "旧版"},
		"document that is damaged":   {string(damaged), casework.CodeAttachmentBroken, "损坏"},
		"document cut off":           {document[:len(document)-30], casework.CodeAttachmentBroken, "损坏"},
		"document without its part":  {string(archive(t, "[Content_Types].xml", contentTypes("/word/document.xml", documentType))), casework.CodeAttachmentBroken, "损坏"},
		"document with macros":       {string(archive(t, "[Content_Types].xml", contentTypes("/word/document.xml", macroType), "word/document.xml", "<w/>")), casework.CodeAttachmentType, "DOCX"},
		"archive of anything":        {string(archive(t, "a.txt", "a")), casework.CodeAttachmentType, "压缩包"},
		"program":                    {"MZ\x90\x00 program", casework.CodeAttachmentType, "类型"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.Upload(t.Context(), applicant, casework.Upload{Name: "a.pdf", Body: strings.NewReader(c.content)})
			e := refused(t, err, c.code)
			require.Len(t, e.Fields, 1)
			require.Equal(t, "file", e.Fields[0].Location)
			require.Contains(t, e.Fields[0].Message, c.said)
		})
	}
	require.Empty(t, d.strings(`SELECT id FROM attachments`), "nothing of what is refused stays")

	for name, c := range map[string]struct{ content, kept string }{
		"PDF":                           {whole, ".pdf"},
		"PDF with a password to change": {string(locked(t, "")), ".pdf"},
		"JPEG":                          {jpegPhoto, ".jpg"},
		"PNG":                           {pngPhoto, ".png"},
		"WebP":                          {webpPicture, ".webp"},
		"HEIC":                          {box("ftyp", "heic\x00\x00\x00\x00mif1heic") + box("meta", "0123456789") + box("mdat", "x"), ".heic"},
		"HEIC named by mif1":            {box("ftyp", "mif1\x00\x00\x00\x00mif1heic") + box("meta", strings.Repeat("\x00", 64)), ".heic"},
		"HEIC named by msf1":            {box("ftyp", "msf1\x00\x00\x00\x00msf1hevc") + box("meta", strings.Repeat("\x00", 64)), ".heic"},
		"document in another order":     {document, ".docx"},
		"workbook in another order":     {workbook, ".xlsx"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := d.Upload(t.Context(), applicant, casework.Upload{Name: "证明.exe", Body: strings.NewReader(c.content)})
			require.NoError(t, err)
			require.Equal(t, "证明"+c.kept, a.Name)
		})
	}
}
