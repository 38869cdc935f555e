package activities

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

func fileCell(attachment string) sealing.Cell {
	return sealing.Cell{Table: "attachments", Column: "file_key", Row: attachment}
}

// KeepFile writes the content of an attachment to the blob folder, sealed with a key of its own, and returns the blob
// and the key, sealed. Without fields, if there is no keyset, the content is stored as it is and has no key.
func KeepFile(ctx context.Context, blobs store.Blobs, fields *sealing.Fields, attachment string, content io.Reader) (store.Blob, []byte, error) {
	if fields == nil {
		kept, err := blobs.Put(ctx, content)
		return kept, nil, err
	}
	var key []byte
	kept, err := blobs.Write(ctx, func(w io.Writer) error {
		sealed, fileKey, err := fields.SealFile(w, fileCell(attachment))
		if err != nil {
			return err
		}
		key = fileKey
		if _, err := io.Copy(sealed, content); err != nil {
			return err
		}
		return sealed.Close()
	})
	return kept, key, err
}

// SealFileName seals the name of an attachment, which may name a child, and returns the name to store unsealed: the
// kind of file. Without fields the name is not changed.
func SealFileName(fields *sealing.Fields, attachment, name string) (clear string, sealed []byte, err error) {
	if fields == nil {
		return name, nil, nil
	}
	sealed, err = fields.Seal([]byte(name), fileNameCell(attachment))
	return "附件" + filepath.Ext(name), sealed, err
}

// FileName returns the name of an attachment.
func FileName(fields *sealing.Fields, a store.Attachment) (string, error) {
	if a.SealedName == nil {
		return a.Name, nil
	}
	if fields == nil {
		return "", ErrNoKeyset
	}
	name, err := fields.Open(a.SealedName, fileNameCell(a.ID))
	return string(name), err
}

func fileNameCell(attachment string) sealing.Cell {
	return sealing.Cell{Table: "attachments", Column: "sealed_name", Row: attachment}
}

// ErrNoKeyset is the error for a sealed file in a process without a keyset.
var ErrNoKeyset = errors.New("the file is sealed and no keyset is set")

// OpenFile opens the content of an attachment, sealed or not. The caller closes the reader. The error wraps
// fs.ErrNotExist if the content has moved in the meantime, sealing.ErrNoKey or ErrNoKeyset.
func OpenFile(ctx context.Context, blobs store.Blobs, fields *sealing.Fields, a store.Attachment) (io.ReadCloser, error) {
	if a.FileKey != nil && fields == nil {
		return nil, ErrNoKeyset
	}
	content, err := blobs.Open(ctx, a.Sha256)
	if err != nil || a.FileKey == nil {
		return content, err
	}
	opened, err := fields.OpenFile(content, a.FileKey, fileCell(a.ID))
	if err != nil {
		return nil, errors.Join(err, content.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{opened, content}, nil
}

// picture opens a picture shown in a document: an attachment or, in documents from before files were sealed, a file by
// its hash.
func (e *Engine) picture(ctx context.Context, name string) (io.ReadCloser, error) {
	var a store.Attachment
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		a, err = q.AttachmentByID(ctx, name)
		return err
	})
	if store.IsNotFound(err) {
		return e.Blobs.Open(ctx, name)
	}
	if err != nil {
		return nil, err
	}
	return OpenFile(ctx, e.Blobs, e.Fields, a)
}

// SealFiles seals the files that were stored before there was a keyset, one after another, and removes the unsealed
// ones. It may be interrupted and repeated, concurrently with other processes. It calls report with the count after
// every hundred and at the end.
func SealFiles(ctx context.Context, db *store.DB, blobs store.Blobs, fields *sealing.Fields, report func(int)) (total int, err error) {
	for after := ""; ; {
		var clear []store.Attachment
		err := db.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
			clear, err = q.ClearAttachments(ctx, store.ClearAttachmentsParams{After: after, PageSize: 100})
			return err
		})
		if err != nil {
			return total, fmt.Errorf("list clear files: %w", err)
		}
		for _, a := range clear {
			sealed, err := sealClear(ctx, db, blobs, fields, a)
			if err != nil {
				return total, fmt.Errorf("seal file of %s: %w", a.ID, err)
			}
			if sealed {
				total++
			}
		}
		if len(clear) > 0 {
			report(total)
		}
		if len(clear) < 100 {
			return total, nil
		}
		after = clear[len(clear)-1].ID
	}
}

// sealClear seals a file and reports whether it did; another process may have been faster, or the file may be missing.
func sealClear(ctx context.Context, db *store.DB, blobs store.Blobs, fields *sealing.Fields, a store.Attachment) (bool, error) {
	content, err := blobs.Open(ctx, a.Sha256)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer content.Close()
	kept, key, err := KeepFile(ctx, blobs, fields, a.ID, content)
	if err != nil {
		return false, err
	}
	name, sealedName, err := SealFileName(fields, a.ID, a.Name)
	if err != nil {
		return false, err
	}
	var n int64
	var used []string
	err = db.As(ctx, nursery.Engine, func(q *store.Queries) error {
		n, err = q.PutSealedFile(ctx, store.PutSealedFileParams{ID: a.ID, Was: a.Sha256, Sha256: kept.SHA256, FileKey: key, SealedName: sealedName, Name: name})
		if err != nil || n == 0 {
			return err
		}
		if err := q.RenamePictures(ctx, store.RenamePicturesParams{ID: a.ID, Was: a.Sha256}); err != nil {
			return err
		}
		used, err = q.BlobsReferredTo(ctx, []string{a.Sha256})
		return err
	})
	switch {
	case err != nil:
		return false, err // it may have been committed; leftovers are collected later
	case n == 0:
		return false, blobs.Remove(ctx, kept.SHA256)
	case len(used) == 0:
		return true, blobs.Remove(ctx, a.Sha256)
	}
	return true, nil
}
