package casework

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/gabriel-vasile/mimetype"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Scanner looks for malware in a file. It returns ErrInfected when it finds some.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) error
}

// ErrInfected says that a scanner refused a file.
var ErrInfected = errors.New("file refused by the scan")

// CommandScanner runs a command with the file on its standard input; exit code 1 refuses the file, as clamdscan
// does, and any other failure is an error.
type CommandScanner []string

// Scan runs the command once.
func (c CommandScanner) Scan(ctx context.Context, r io.Reader) error {
	cmd := exec.CommandContext(ctx, c[0], c[1:]...)
	cmd.Stdin = r
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return ErrInfected
	}
	if err != nil {
		return fmt.Errorf("run scan: %w", err)
	}
	return nil
}

// mediaTypes are the kinds of file a paper may come as, by what the content is and not by what it is called.
var mediaTypes = map[string]string{
	"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/heic": ".heic", "image/webp": ".webp",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       ".xlsx",
}

// Upload takes a file in: its type is read off its content, its size is bounded, its content is scanned and kept
// under its hash. Errors: attachment_type, attachment_too_large, attachment_refused, forbidden.
func (s *Service) Upload(ctx context.Context, p nursery.Principal, in Upload) (Attachment, error) {
	if p.Role == nursery.RoleInstitution {
		in.Institution, in.County = p.Institution, p.County
	} else if in.County == "" {
		in.County = p.County
	}
	r, err := s.ofInstitution(ctx, p, in.County, in.Institution)
	if err != nil {
		return Attachment{}, err
	}
	if err := s.may(ctx, p, actOnFile("upload", in.Institution), r); err != nil {
		return Attachment{}, err
	}
	if !institutionForm.MatchString(in.Institution) {
		return Attachment{}, refuse(Invalid, CodeInvalid, "请指明材料所属机构。", FieldError{Location: "institution", Message: "必填，限字母、数字和 . _ -"})
	}
	var head bytes.Buffer
	detected, err := mimetype.DetectReader(io.TeeReader(io.LimitReader(in.Body, 4096), &head))
	if err != nil {
		return Attachment{}, fmt.Errorf("read upload: %w", err)
	}
	mediaType, _, _ := strings.Cut(detected.String(), ";")
	extension, known := mediaTypes[mediaType]
	if !known {
		return Attachment{}, refuse(Invalid, CodeAttachmentType, "只接收 PDF、JPG、PNG、HEIC、WebP、DOCX 和 XLSX 文件。",
			FieldError{Location: "file", Message: "文件类型不支持"})
	}
	kept, err := s.Blobs.Put(ctx, io.MultiReader(&head, in.Body))
	if errors.Is(err, store.ErrTooLarge) {
		return Attachment{}, refuse(TooLarge, CodeAttachmentTooLarge, "文件过大。", FieldError{Location: "file", Message: "文件过大"})
	}
	if err != nil {
		return Attachment{}, fmt.Errorf("keep upload: %w", err)
	}
	scan, err := s.scan(ctx, kept.SHA256)
	if err != nil {
		return Attachment{}, err
	}
	a := store.Attachment{
		ID: newAttachmentID(), Sha256: kept.SHA256, County: in.County, Institution: in.Institution,
		Name: safeName(in.Name, extension), MediaType: mediaType, Size: kept.Size, Scan: scan, UploadedBy: p.Account, UploadedAt: s.Now(),
	}
	err = s.DB.As(ctx, p, func(q *store.Queries) error { return q.InsertAttachment(ctx, store.InsertAttachmentParams(a)) })
	if err != nil {
		return Attachment{}, fmt.Errorf("record upload: %w", err)
	}
	return attachmentOf(a), nil
}

// actOnFile tells the papers of an institution from the evidence of a building site, which offices hand in and look at.
func actOnFile(act, institution string) string {
	if strings.HasPrefix(institution, sitePrefix) {
		return "evidence." + act
	}
	return "attachment." + act
}

func newAttachmentID() string {
	id := make([]byte, 12)
	rand.Read(id)
	return "A" + hex.EncodeToString(id)
}

func (s *Service) scan(ctx context.Context, sha256 string) (string, error) {
	if s.Scan == nil {
		return "unscanned", nil
	}
	content, err := s.Blobs.Open(ctx, sha256)
	if err != nil {
		return "", fmt.Errorf("open upload for scan: %w", err)
	}
	defer content.Close()
	err = s.Scan.Scan(ctx, content)
	if errors.Is(err, ErrInfected) {
		return "", refuse(Invalid, CodeAttachmentInfected, "文件未通过安全扫描，不能接收。", FieldError{Location: "file", Message: "未通过安全扫描"})
	}
	if err != nil {
		return "", refuse(Unavailable, CodeEngineUnavailable, "安全扫描暂不可用，请稍后再传。")
	}
	return "clean", nil
}

// safeName keeps what a person called the file, without a path, with nothing a header or a disk could trip over,
// and with the extension its content has.
func safeName(name, extension string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`/\:*?"<>|%;`, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Trim(strings.TrimSuffix(name, filepath.Ext(name)), ". ")
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[:80])
	}
	if name == "" {
		name = "附件"
	}
	return name + extension
}

func attachmentOf(a store.Attachment) Attachment {
	return Attachment{ID: a.ID, Name: a.Name, MediaType: a.MediaType, Size: a.Size, SHA256: a.Sha256, Scan: a.Scan, UploadedAt: a.UploadedAt}
}

// ofInstitution is something of an institution as authz sees it; to a clinic that serves the institution it is its own.
func (s *Service) ofInstitution(ctx context.Context, p nursery.Principal, county, institution string) (resource, error) {
	r := resource{County: county, Institution: institution}
	if !p.Role.Partner() || p.Institution == "" {
		return r, nil
	}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		serves, err := q.Serves(ctx, store.ServesParams{Partner: p.Institution, Institution: institution})
		if serves {
			r.Partner = p.Institution
		}
		return err
	})
	if err != nil {
		return r, fmt.Errorf("look for a case with %s: %w", institution, err)
	}
	return r, nil
}

// OpenAttachment gives a file to somebody who may see the case it belongs to. The caller closes the reader.
func (s *Service) OpenAttachment(ctx context.Context, p nursery.Principal, id string) (Attachment, io.ReadCloser, error) {
	var a store.Attachment
	err := s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		a, err = q.AttachmentByID(ctx, id)
		if store.IsNotFound(err) {
			return notFound()
		}
		return err
	})
	if err != nil {
		return Attachment{}, nil, err
	}
	r, err := s.ofInstitution(ctx, p, a.County, a.Institution)
	if err != nil {
		return Attachment{}, nil, err
	}
	if err := s.may(ctx, p, actOnFile("read", a.Institution), r); err != nil {
		return Attachment{}, nil, err
	}
	content, err := s.Blobs.Open(ctx, a.Sha256)
	if err != nil {
		return Attachment{}, nil, fmt.Errorf("open attachment: %w", err)
	}
	return attachmentOf(a), content, nil
}
