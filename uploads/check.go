// Package uploads checks the files that people upload: of which kind they are, by their content, and whether their readers can open them.
package uploads

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"

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

// Kinds names the accepted kinds of file.
const Kinds = "PDF、JPG、PNG、HEIC、WebP、DOCX 和 XLSX"

// extensions are those of the accepted kinds of file, which are detected from the content and not from the name.
var extensions = map[string]string{
	pdfMedia: ".pdf", "image/jpeg": ".jpg", "image/png": ".png", heicMedia: ".heic", "image/webp": ".webp", docxMedia: ".docx", xlsxMedia: ".xlsx",
}

// Checks limits how many uploads are opened concurrently.
type Checks struct{ any, large *limits.Slots }

// NewChecks returns the limits.
func NewChecks() *Checks {
	return &Checks{limits.NewSlots(checksAtOnce, checkWait), limits.NewSlots(1, checkWait)}
}

// Candidate returns the possible kind of a file by its beginning: an accepted kind, or zipMedia, oleMedia or heicMedia
// if more of the file has to be read; "" for anything else.
func Candidate(detected *mimetype.MIME) string {
	for m := detected; m != nil; m = m.Parent() {
		kind, _, _ := strings.Cut(m.String(), ";")
		switch {
		case kind == zipMedia, kind == oleMedia:
			return kind
		case strings.HasPrefix(kind, "image/hei"):
			return heicMedia
		case extensions[kind] != "" && kind != docxMedia && kind != xlsxMedia:
			return kind
		}
	}
	return ""
}

// Check opens a file as its reader will, and returns its media type. An *Error is why the file is refused.
func (c *Checks) Check(ctx context.Context, f io.ReaderAt, size int64, candidate string) (string, error) {
	if size == 0 {
		return "", EmptyFile()
	}
	busy := &Error{Reason: Busy, Message: "正在接收的文件较多，请稍后再传。"}
	release, ok := c.any.Take(ctx)
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
			done, ok := c.large.Take(ctx)
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
	return "", UnknownFile("文件类型不支持")
}
