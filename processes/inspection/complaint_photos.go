package inspection

import (
	"context"
	"fmt"
	"strings"

	"tuoyu/casework"
	"tuoyu/casework/public"
	"tuoyu/nursery"
	"tuoyu/store"
)

// MostPhotos is the number of photos of a complaint.
const MostPhotos = 3

// AddComplaintPhoto stores a photo of a complaint, which its number and tracking code identify, and returns how many the complaint
// then has. The photo is checked as any other upload, and sealed. One that is repeated is stored once: after is how many photos the
// complaint had before it; a negative number is not compared. Errors: not_found, complaint_photos_full, not_open_for_change, those of an
// upload.
func (s *Service) AddComplaintPhoto(ctx context.Context, caseNo, code string, after int, photo casework.Upload) (count int, err error) {
	status, err := public.Status(ctx, s.Service, caseNo, code)
	if err != nil {
		return 0, err
	}
	if status.Stage != nursery.StageTriage {
		return 0, casework.NewError(casework.CodeNotOpenForChange, "投诉举报已经处理，不能再补充照片。")
	}
	photo.County = nursery.CaseNumber(status.CaseNo).County()
	photo.Institution = casework.OwnerName(nursery.KindComplaint, photo.County)
	put := complaintPhoto{status.CaseNo, photo.Institution, after}
	if count, err = s.linkComplaintPhoto(ctx, put, ""); err != nil || after >= 0 && count > after {
		return count, err
	}
	stored, err := s.StoreUpload(ctx, nursery.Engine, photo)
	if err != nil {
		return count, err
	}
	if !strings.HasPrefix(stored.MediaType, "image/") { // what nothing refers to is collected
		return count, casework.NewError(casework.CodeInvalid, "请选择照片。", casework.FieldError{Location: "file", Message: "不是照片"})
	}
	return s.linkComplaintPhoto(ctx, put, stored.ID)
}

// complaintPhoto is a photo on its way to a complaint.
type complaintPhoto struct {
	caseNo, desk string
	after        int
}

// linkComplaintPhoto files a photo under a complaint, unless id is empty or the photo is there, and returns how many the complaint has.
func (s *Service) linkComplaintPhoto(ctx context.Context, photo complaintPhoto, id string) (count int, err error) {
	err = s.As(ctx, nursery.Engine, func(q *store.Queries) error {
		if _, err := q.LockComplaint(ctx, photo.caseNo); store.IsNotFound(err) {
			return casework.NewNotFound()
		} else if err != nil {
			return fmt.Errorf("lock complaint %s: %w", photo.caseNo, err)
		}
		have, err := q.ComplaintPhotos(ctx, photo.caseNo)
		if err != nil {
			return err
		}
		count = len(have)
		switch {
		case photo.after >= 0 && count > photo.after:
			return nil
		case count >= MostPhotos:
			return casework.NewError(casework.CodeComplaintPhotosFull, fmt.Sprintf("最多 %d 张照片。", MostPhotos))
		case id == "":
			return nil
		}
		count++
		return casework.Link(ctx, q, photo.desk, photo.caseNo, "", id)
	})
	return count, err
}

// photosOf adds the photos of a complaint that p may open.
func (s *Service) photosOf(ctx context.Context, q *store.Queries, p nursery.Principal, desk string, d *ComplaintDetail) error {
	ids, err := q.ComplaintPhotos(ctx, d.CaseNo)
	if err != nil {
		return err
	}
	photos, err := s.ReadableFiles(ctx, q, p, ids, desk)
	if err != nil {
		return err
	}
	d.Photos = append(d.Photos, photos...)
	return nil
}
