package casework

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/image/webp"

	"tuoyu/limits"
)

const (
	pdfMedia  = "application/pdf"
	heicMedia = "image/heic"
	docxMedia = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	xlsxMedia = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

	// Placeholders for families of formats until the whole file is available.
	zipMedia = "application/zip"
	oleMedia = "application/x-ole-storage"
)

// Opening a file takes memory and time; these limit both.
const (
	longestSide   = 20_000     // pixels of a picture's side
	mostPixels    = 50_000_000 // maximum that is decoded
	manyPixels    = 16_000_000 // above which pictures are decoded one at a time
	mostParts     = 10_000     // files in an archive
	mostPartBytes = 64 << 20   // unpacked, of the part that is read
	checksAtOnce  = 2
	checkWait     = 15 * time.Second
	checkTime     = 15 * time.Second
)

// checks limits how many uploads are opened concurrently.
type checks struct{ any, large *limits.Slots }

func newChecks() checks {
	return checks{limits.NewSlots(checksAtOnce, checkWait), limits.NewSlots(1, checkWait)}
}

func brokenFile(message string) *Error {
	return NewError(CodeAttachmentBroken, "文件不能打开："+message+"。", FieldError{Location: "file", Message: message})
}

func emptyFile() *Error {
	return NewError(CodeAttachmentEmpty, "文件是空的，没有内容。", FieldError{Location: "file", Message: "文件是空的（0 字节），请检查后重新选择"})
}

func encryptedFile(message string) *Error {
	return NewError(CodeAttachmentEncrypted, message+"。", FieldError{Location: "file", Message: message})
}

func unknownFile(message string) *Error {
	return NewError(CodeAttachmentType, "只接收 "+UploadKinds+" 文件。", FieldError{Location: "file", Message: message})
}

// UploadKinds names the accepted kinds of file.
const UploadKinds = "PDF、JPG、PNG、HEIC、WebP、DOCX 和 XLSX"

// candidate returns the possible kind of a file by its beginning: an accepted kind, or zipMedia, oleMedia or heicMedia
// if more of the file has to be read; "" for anything else.
func candidate(detected *mimetype.MIME) string {
	for m := detected; m != nil; m = m.Parent() {
		kind, _, _ := strings.Cut(m.String(), ";")
		switch {
		case kind == zipMedia, kind == oleMedia:
			return kind
		case strings.HasPrefix(kind, "image/hei"):
			return heicMedia
		case mediaTypes[kind] != "" && kind != docxMedia && kind != xlsxMedia:
			return kind
		}
	}
	return ""
}

// checkUpload opens a file as its reader will, and returns its media type. Errors: attachment_empty, attachment_type,
// attachment_encrypted, attachment_broken, attachment_no_pages, attachment_picture_size, imports_busy.
func (s *Service) checkUpload(ctx context.Context, f io.ReaderAt, size int64, candidate string) (string, error) {
	if size == 0 {
		return "", emptyFile()
	}
	busy := NewError(CodeImportsBusy, "正在接收的文件较多，请稍后再传。")
	release, ok := s.checks.any.Take(ctx)
	if !ok {
		return "", busy
	}
	if candidate == pdfMedia {
		return pdfMedia, checkPDF(ctx, f, size, release)
	}
	defer release()
	whole := io.NewSectionReader(f, 0, size)
	switch candidate {
	case "image/jpeg", "image/png", "image/webp":
		points, err := pictureSize(whole, candidate)
		if err != nil {
			return "", err
		}
		if points > manyPixels {
			done, ok := s.checks.large.Take(ctx)
			if !ok {
				return "", busy
			}
			defer done()
		}
		return candidate, checkPicture(io.NewSectionReader(f, 0, size), candidate)
	case heicMedia:
		return heicMedia, checkHEIC(f, size)
	case zipMedia:
		return checkOffice(f, size)
	case oleMedia:
		return "", refuseOLE(whole)
	}
	return "", unknownFile("文件类型不支持")
}

// pictureSize returns the number of pixels of a picture without decoding it.
func pictureSize(r io.Reader, kind string) (int64, error) {
	config, err := decodeConfig(r, kind)
	switch {
	case unsupported(err):
		return 0, nil
	case err != nil || config.Width <= 0 || config.Height <= 0:
		return 0, brokenFile("图片不完整或已损坏")
	}
	points := int64(config.Width) * int64(config.Height)
	if config.Width > longestSide || config.Height > longestSide || points > mostPixels {
		message := fmt.Sprintf("图片尺寸过大，每边不超过 %d 像素，总共不超过 %d 万像素", longestSide, mostPixels/10_000)
		return 0, NewError(CodeAttachmentPicture, message+"。", FieldError{Location: "file", Message: message})
	}
	return points, nil
}

func decodeConfig(r io.Reader, kind string) (image.Config, error) {
	switch kind {
	case "image/jpeg":
		return jpeg.DecodeConfig(r)
	case "image/png":
		return png.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

// unsupported reports whether a picture uses a variant of its format that is not decoded here. Other software may well
// display it.
func unsupported(err error) bool {
	var ofJPEG jpeg.UnsupportedError
	var ofPNG png.UnsupportedError
	return errors.As(err, &ofJPEG) || errors.As(err, &ofPNG)
}

func checkPicture(r io.Reader, kind string) error {
	var err error
	switch kind {
	case "image/jpeg":
		_, err = jpeg.Decode(r)
	case "image/png":
		_, err = png.Decode(r)
	default:
		_, err = webp.Decode(r)
	}
	if err != nil && !unsupported(err) {
		return brokenFile("图片不完整或已损坏")
	}
	return nil
}

// heicBrands are the brands of still pictures and sequences coded by HEVC. Many cameras list them after a general one.
var heicBrands = []string{"heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs"}

// checkHEIC checks the boxes of a file (ISO/IEC 14496-12, 23008-12): they fill it exactly, the first names a brand of
// HEIC, and one describes the pictures. The content of the boxes is not decoded.
func checkHEIC(f io.ReaderAt, size int64) error {
	wrong := brokenFile("HEIC 图片不完整或已损坏")
	var described bool
	for at := int64(0); at < size; {
		kind, head, length, err := boxAt(f, at, size)
		if err != nil {
			return wrong
		}
		switch kind {
		case "ftyp":
			if at != 0 || length > 1<<10 {
				return wrong
			}
			brands := make([]byte, length-head)
			if _, err := f.ReadAt(brands, head); err != nil || len(brands) < 8 {
				return wrong
			}
			if !namesHEIC(brands) {
				return unknownFile("不是 HEIC 图片，请转换为 JPG 后上传")
			}
		case "meta", "moov":
			described = true
		}
		if at == 0 && kind != "ftyp" {
			return wrong
		}
		at += length
	}
	if !described {
		return wrong
	}
	return nil
}

// namesHEIC reports whether the content of a ftyp box has a brand of HEIC; bytes 4 to 8 are a version.
func namesHEIC(brands []byte) bool {
	for i := 0; i+4 <= len(brands); i += 4 {
		if i != 4 && slices.Contains(heicBrands, string(brands[i:i+4])) {
			return true
		}
	}
	return false
}

// boxAt reads the header of the box at an offset: its kind, and the lengths of its header and of the whole box.
func boxAt(f io.ReaderAt, at, size int64) (kind string, head, length int64, err error) {
	var b [16]byte
	if n, err := f.ReadAt(b[:min(16, size-at)], at); err != nil && !errors.Is(err, io.EOF) || n < 8 {
		return "", 0, 0, io.ErrUnexpectedEOF
	}
	kind, head, length = string(b[4:8]), 8, int64(binary.BigEndian.Uint32(b[:4]))
	switch length {
	case 0: // to the end
		length = size - at
	case 1:
		head, length = 16, int64(binary.BigEndian.Uint64(b[8:]))
	}
	if length < head || length > size-at {
		return "", 0, 0, io.ErrUnexpectedEOF
	}
	return kind, head, length, nil
}

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
		return "", unknownFile("压缩包不能接收，请逐个上传其中的文件")
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
	return "", unknownFile("只接收 DOCX 和 XLSX，请另存为其中一种或 PDF 后上传")
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
			return unknownFile("旧版 Word、Excel 文件不能接收，请另存为 DOCX、XLSX 或 PDF 后上传")
		}
		kept = copy(chunk, chunk[kept+n-len(name):kept+n])
	}
}
