package casework

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/uploads"
	"tuoyu/workflows"
)

// codesOfUploads are the codes of the reasons for which a file is refused.
var codesOfUploads = map[uploads.Reason]string{
	uploads.Type: CodeAttachmentType, uploads.Empty: CodeAttachmentEmpty, uploads.Encrypted: CodeAttachmentEncrypted, uploads.Broken: CodeAttachmentBroken,
	uploads.NoPages: CodeAttachmentNoPages, uploads.Picture: CodeAttachmentPicture, uploads.Busy: CodeImportsBusy,
}

// refusedUpload returns the error of the service for one of package uploads, and any other error unchanged.
func refusedUpload(err error) error {
	var wrong *uploads.Error
	if !errors.As(err, &wrong) {
		return err
	}
	e := NewError(codesOfUploads[wrong.Reason], wrong.Message)
	if e.Err = wrong.Err; wrong.Field != "" {
		e.Fields = []FieldError{{Location: "file", Message: wrong.Field}}
	}
	return e
}

// Upload stores a file: its type is detected from its content, its size is limited, and it is opened and scanned before
// it is stored, sealed with a key of its own. A rejected file is not stored. Errors: those of codesOfUploads,
// attachment_too_large, attachment_refused, forbidden.
func (s *Service) Upload(ctx context.Context, p nursery.Principal, in Upload) (Attachment, error) {
	if p.Role == nursery.RoleInstitution {
		in.Institution, in.County = p.Institution, p.County
	} else if in.County == "" {
		in.County = p.County
	}
	err := s.DB.As(ctx, p, func(q *store.Queries) error { return s.authorizeUpload(ctx, q, p, in.County, in.Institution) })
	if err != nil {
		return Attachment{}, err
	}
	if !InstitutionForm.MatchString(in.Institution) {
		return Attachment{}, NewError(CodeInvalid, "请指明材料所属机构。", FieldError{Location: "institution", Message: "必填，限字母、数字和 . _ -"})
	}
	return s.StoreUpload(ctx, p, in)
}

// StoreUpload is Upload for a caller that has decided that p may upload it.
func (s *Service) StoreUpload(ctx context.Context, p nursery.Principal, in Upload) (Attachment, error) {
	file, kind, err := s.spool(ctx, in.Body)
	if err != nil {
		return Attachment{}, err
	}
	defer file.Close()
	mediaType, err := s.checks.Check(ctx, file, file.Size, kind)
	if err != nil {
		return Attachment{}, refusedUpload(err)
	}
	scan, err := s.scan(ctx, file)
	if err != nil {
		return Attachment{}, err
	}
	return s.storeUpload(ctx, p, file, store.InsertAttachmentParams{
		ID: newAttachmentID(), County: in.County, Institution: in.Institution, Name: uploads.SafeName(in.Name, mediaType), MediaType: mediaType,
		Size: file.Size, Scan: scan, UploadedBy: p.Account, UploadedAt: s.Now(),
	})
}

// spool copies an upload to a temporary file that can be read repeatedly, and returns the kind detected from its
// beginning. The caller closes it.
func (s *Service) spool(ctx context.Context, body io.Reader) (file *store.Spool, kind string, err error) {
	var head bytes.Buffer
	detected, err := mimetype.DetectReader(io.TeeReader(io.LimitReader(body, 4096), &head))
	if err != nil {
		return nil, "", fmt.Errorf("read upload: %w", err)
	}
	if head.Len() == 0 {
		return nil, "", refusedUpload(uploads.EmptyFile())
	}
	if kind = uploads.Candidate(detected); kind == "" {
		return nil, "", refusedUpload(uploads.UnknownFile("文件类型不支持"))
	}
	file, err = s.Blobs.Spool(ctx, io.MultiReader(&head, body))
	if errors.Is(err, store.ErrTooLarge) {
		return nil, "", NewError(CodeAttachmentTooLarge, "文件过大。", FieldError{Location: "file", Message: "文件过大"})
	}
	if err != nil {
		return nil, "", fmt.Errorf("read upload: %w", err)
	}
	return file, kind, nil
}

// storeUpload seals a file into the blob folder and records it. The hash of the upload is shown to the uploader alone:
// with it, anyone could check whether a file they guess is the stored one.
func (s *Service) storeUpload(ctx context.Context, p nursery.Principal, file *store.Spool, row store.InsertAttachmentParams) (Attachment, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Attachment{}, fmt.Errorf("read upload: %w", err)
	}
	sum := sha256.New()
	kept, key, err := activities.KeepFile(ctx, s.Blobs, s.Fields, row.ID, io.TeeReader(file, sum))
	if err != nil {
		return Attachment{}, fmt.Errorf("keep upload: %w", err)
	}
	name := row.Name
	row.Sha256, row.FileKey = kept.SHA256, key
	if row.Name, row.SealedName, err = activities.SealFileName(s.Fields, row.ID, name); err != nil {
		return Attachment{}, fmt.Errorf("seal name of upload: %w", err)
	}
	if err := s.As(ctx, p, func(q *store.Queries) error { return q.InsertAttachment(ctx, row) }); err != nil {
		return Attachment{}, errors.Join(fmt.Errorf("record upload: %w", err), s.forgetUpload(context.WithoutCancel(ctx), row))
	}
	return Attachment{
		ID: row.ID, Name: name, MediaType: row.MediaType, Size: row.Size, SHA256: hex.EncodeToString(sum.Sum(nil)), Scan: row.Scan, UploadedAt: row.UploadedAt,
	}, nil
}

// forgetUpload removes the file of an upload that was not recorded. A file that is not sealed may belong to another
// upload as well, and is left to be collected.
func (s *Service) forgetUpload(ctx context.Context, row store.InsertAttachmentParams) error {
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		_, err := q.AttachmentByID(ctx, row.ID)
		return err
	})
	if row.FileKey == nil || !store.IsNotFound(err) { // it was recorded after all, or that is unknown
		return nil
	}
	return s.Blobs.Remove(ctx, row.Sha256)
}

func newAttachmentID() string {
	id := make([]byte, 12)
	rand.Read(id)
	return "A" + hex.EncodeToString(id)
}

func (s *Service) scan(ctx context.Context, file *store.Spool) (string, error) {
	if s.Scan == nil {
		return "unscanned", nil
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("read upload for scan: %w", err)
	}
	err := s.Scan.Scan(ctx, file)
	if errors.Is(err, uploads.ErrInfected) {
		return "", NewError(CodeAttachmentInfected, "文件未通过安全扫描，不能接收。", FieldError{Location: "file", Message: "未通过安全扫描"})
	}
	if err != nil {
		return "", NewError(CodeEngineUnavailable, "安全扫描暂不可用，请稍后再传。")
	}
	return "clean", nil
}

// AttachmentOf returns what an answer shows of an attachment.
func AttachmentOf(a store.Attachment) Attachment {
	return Attachment{ID: a.ID, Name: a.Name, MediaType: a.MediaType, Size: a.Size, Scan: a.Scan, UploadedAt: a.UploadedAt}
}

// OpenAttachment opens a file for a principal who may see the case or the child it belongs to. Each access to a paper
// about a child is logged (未成年人网络保护条例 art. 36). The caller closes the reader. Errors: not_found, forbidden,
// sealing_unavailable.
func (s *Service) OpenAttachment(ctx context.Context, p nursery.Principal, id string) (Attachment, io.ReadCloser, error) {
	a, content, err := s.openAttachment(ctx, p, id)
	if errors.Is(err, fs.ErrNotExist) { // it was sealed since its row was read, and has moved
		a, content, err = s.openAttachment(ctx, p, id)
	}
	return AttachmentOf(a), content, err
}

func (s *Service) openAttachment(ctx context.Context, p nursery.Principal, id string) (store.Attachment, io.ReadCloser, error) {
	var a store.Attachment
	err := s.As(ctx, p, func(q *store.Queries) (err error) {
		a, err = q.AttachmentByID(ctx, id)
		if store.IsNotFound(err) {
			return NewNotFound()
		}
		if err != nil {
			return fmt.Errorf("read attachment: %w", err)
		}
		if err := s.AuthorizeRead(ctx, q, p, a); err != nil {
			return err
		}
		return s.notePaper(ctx, q, p, a)
	})
	if err != nil {
		return a, nil, err
	}
	var content io.ReadCloser
	if a.Name, err = activities.FileName(s.Fields, a); err == nil {
		content, err = activities.OpenFile(ctx, s.Blobs, s.Fields, a)
	}
	switch {
	case errors.Is(err, activities.ErrNoKeyset):
		return a, nil, s.Sealing()
	case err != nil:
		return a, nil, fmt.Errorf("open attachment: %w", err)
	}
	return a, content, nil
}

// actOnFile returns the act on a file of a case of the kind, as its process has it. What belongs to no case yet is an attachment.
func actOnFile(act string, kind nursery.CaseKind) string {
	if process, ok := workflows.ProcessOf(kind); ok {
		return process.Files + "." + act
	}
	return "attachment." + act
}

// OfficeFiles begins the names under which offices hand in files that belong to no case and no child: the evidence of what they enter
// of the city's targets. The code of the county follows.
const OfficeFiles = "office-"

// kindOfUpload returns the kind of case for which an institution uploads a file before any case names the file. It
// returns "" if the institution determines no kind.
func kindOfUpload(institution string) nursery.CaseKind {
	process, _ := OfficeOf(institution)
	return process.Kind
}

// authorizeUpload reports whether p may upload a file for an institution: itself, one of its county, or one with which the clinic
// has a case. An institution that is not on the register yet is of the county that is stated.
func (s *Service) authorizeUpload(ctx context.Context, q *store.Queries, p nursery.Principal, county, institution string) error {
	r := Resource{County: county, Institution: institution}
	err := q.AsEngine(ctx, func() error {
		known, err := q.InstitutionByID(ctx, institution)
		if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read institution: %w", err)
		}
		if err == nil && known.County != county {
			r.County = known.County
		}
		if !p.Role.Partner() || p.Institution == "" {
			return nil
		}
		party, err := q.IsParty(ctx, store.IsPartyParams{Partner: p.Institution, Institution: institution})
		if err != nil {
			return fmt.Errorf("look for a case with %s: %w", institution, err)
		}
		if party {
			r.Partner = p.Institution
		}
		return nil
	})
	if err != nil {
		return err
	}
	act := actOnFile("upload", kindOfUpload(institution))
	if strings.HasPrefix(institution, OfficeFiles) {
		act = "target_entry.upload"
	}
	return s.Authorize(ctx, p, act, r)
}

// AuthorizeChildFiles has authorize decide who reads the files of a child.
func (s *Service) AuthorizeChildFiles(authorize func(ctx context.Context, q *store.Queries, p nursery.Principal, child string) error) {
	s.childFile = authorize
}

// AuthorizeRead reports whether p may read a file: one of a child as p may read the child, a sheet of several children as those who
// look after all of them may, one of an office as p may read what it enters, one of a case as p may read the case and its kind's
// files, and one that nothing refers to yet as who uploaded it.
func (s *Service) AuthorizeRead(ctx context.Context, q *store.Queries, p nursery.Principal, a store.Attachment) error {
	switch {
	case a.Child != nil:
		return s.childFile(ctx, q, p, *a.Child)
	case a.Sheet != nil:
		r := Resource{County: a.County, Institution: a.Institution}
		serves, err := s.serves(ctx, q, p, a.Institution)
		if err != nil {
			return err
		}
		if serves {
			r.Partner = p.Institution
		}
		return s.Authorize(ctx, p, "child.file", r)
	case a.Entry != nil, strings.HasPrefix(a.Institution, OfficeFiles):
		return s.Authorize(ctx, p, "target_entry.read", Resource{County: a.County})
	case a.CaseNo != nil:
		c, err := CaseOf(ctx, q.CaseByNumber, *a.CaseNo)
		if err != nil {
			return err
		}
		r := Resource{County: c.County, Institution: c.Institution, Kind: nursery.CaseKind(c.Kind)}
		if process, ok := workflows.ProcessOf(r.Kind); ok && c.Plan != "" {
			r.Readers = process.FileReaders
		}
		if p.Role == nursery.RoleHospital {
			serves, err := q.Serves(ctx, store.ServesParams{Clinic: c.Partner, Institution: c.Institution, Day: s.Today()})
			if err != nil {
				return fmt.Errorf("look for what %s serves: %w", c.Partner, err)
			}
			if serves || a.UploadedBy == p.Account {
				r.Partner = c.Partner
			}
		}
		return s.Authorize(ctx, p, actOnFile("read", r.Kind), r)
	}
	r := Resource{County: a.County, Institution: a.Institution, Uploader: a.UploadedBy}
	return s.Authorize(ctx, p, actOnFile("read", kindOfUpload(a.Institution)), r)
}

// Link files attachments of an institution under the case or the child that refers to them. One that belongs to a case or a
// child already stays there.
func Link(ctx context.Context, q *store.Queries, institution, caseNo, child string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	of := store.LinkAttachmentsParams{Institution: institution, CaseNo: caseNo, Child: child, Ids: ids}
	return q.LinkAttachments(ctx, of)
}

// notePaper logs that p opens a paper about a child, if it is one.
func (s *Service) notePaper(ctx context.Context, q *store.Queries, p nursery.Principal, a store.Attachment) error {
	children, err := childrenOn(ctx, q, a)
	if err != nil || len(children) == 0 {
		return err
	}
	purpose := nursery.ReadForEnrolment
	if p.Role == nursery.RoleHospital {
		purpose = nursery.ReadForCheckup
	}
	return activities.NoteReading(ctx, q, activities.Reading{
		By: p, Purpose: purpose, Subject: nursery.ReadPaper, About: a.ID, Fields: []nursery.ChildField{nursery.ChildPaper}, At: s.Now(),
	}, children...)
}

// childrenOn returns the children that a file is about: one, those of a sheet, or none.
func childrenOn(ctx context.Context, q *store.Queries, a store.Attachment) (children []store.Child, err error) {
	switch {
	case a.Child != nil:
		child, err := q.ChildByID(ctx, *a.Child)
		return []store.Child{child}, err
	case a.Sheet != nil:
		err = q.AsEngine(ctx, func() error { // also those that the reader no longer looks after
			children, err = q.ChildrenOfSheet(ctx, *a.Sheet)
			return err
		})
	}
	return children, err
}

// serves reports whether p is a clinic that serves the institution today.
func (s *Service) serves(ctx context.Context, q *store.Queries, p nursery.Principal, institution string) (bool, error) {
	if p.Role != nursery.RoleHospital {
		return false, nil
	}
	serves, err := q.Serves(ctx, store.ServesParams{Clinic: p.Institution, Institution: institution, Day: s.Today()})
	if err != nil {
		return false, fmt.Errorf("look for what %s serves: %w", p.Institution, err)
	}
	return serves, nil
}
