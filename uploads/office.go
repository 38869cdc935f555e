package uploads

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// mainParts are the content types of the main part of a document or a workbook (ECMA-376 part 1).
var mainParts = map[string]string{
	docxMedia + ".main+xml": docxMedia,
	xlsxMedia + ".main+xml": xlsxMedia,
}

// checkOffice returns whether an archive is a document or a workbook, whatever the order of its parts.
func checkOffice(f io.ReaderAt, size int64) (string, error) {
	archive, err := zip.NewReader(f, size)
	if err != nil || len(archive.File) > mostParts {
		return "", brokenFile("文件不完整或已损坏")
	}
	var raw bytes.Buffer
	err = readPart(archive, "[Content_Types].xml", &raw, 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return "", UnknownFile("压缩包不能接收，请逐个上传其中的文件")
	}
	var types struct {
		XMLName  xml.Name `xml:"Types"`
		Override []struct {
			PartName    string `xml:"PartName,attr"`
			ContentType string `xml:"ContentType,attr"`
		} `xml:"Override"`
	}
	if err != nil || xml.Unmarshal(raw.Bytes(), &types) != nil {
		return "", brokenFile("文件不完整或已损坏")
	}
	for _, part := range types.Override {
		kind := mainParts[part.ContentType]
		if kind == "" {
			continue
		}
		if err := readPart(archive, strings.TrimPrefix(part.PartName, "/"), io.Discard, mostPartBytes); err != nil {
			return "", brokenFile("文件不完整或已损坏")
		}
		return kind, nil
	}
	return "", UnknownFile("只接收 DOCX 和 XLSX，请另存为其中一种或 PDF 后上传")
}

// readPart copies a part of an archive completely, verifying its checksum. It returns fs.ErrNotExist if there is none.
func readPart(archive *zip.Reader, name string, to io.Writer, most int64) error {
	i := slices.IndexFunc(archive.File, func(f *zip.File) bool { return strings.EqualFold(f.Name, name) })
	if i < 0 {
		return fs.ErrNotExist
	}
	part, err := archive.File[i].Open()
	if err != nil {
		return fmt.Errorf("open part: %w", err)
	}
	defer part.Close()
	n, err := io.Copy(to, io.LimitReader(part, most+1))
	if err != nil {
		return fmt.Errorf("read part: %w", err)
	}
	if n > most {
		return errors.New("part too long")
	}
	return nil
}

// refuseOLE returns the error for a file in the older container of Office: it is a document with a password, or in the
// formats before 2007. The name of the stream with the encrypted content ([MS-OFFCRYPTO] 2.3.4) distinguishes them.
func refuseOLE(r io.Reader) error {
	var name []byte
	for _, c := range "EncryptedPackage" {
		name = append(name, byte(c), 0)
	}
	chunk := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := io.ReadFull(r, chunk[kept:])
		if bytes.Contains(chunk[:kept+n], name) {
			return encryptedFile("文件设有打开密码，请取消密码后重新上传")
		}
		if err != nil {
			return UnknownFile("旧版 Word、Excel 文件不能接收，请另存为 DOCX、XLSX 或 PDF 后上传")
		}
		kept = copy(chunk, chunk[kept+n-len(name):kept+n])
	}
}
