package casework

import (
	"context"
	"fmt"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

// actOnFile returns the act on a file of a case of the kind, as its process has it. What belongs to no case yet is an attachment.
func actOnFile(act string, kind nursery.CaseKind) string {
	if process, ok := workflows.ProcessOf(kind); ok {
		return process.Files + "." + act
	}
	return "attachment." + act
}

// kindOfUpload returns the kind of case for which an institution uploads a file before any case names the file. It
// returns "" if the institution determines no kind.
func kindOfUpload(institution string) nursery.CaseKind {
	process, _ := officeOf(institution)
	return process.Kind
}

// authorizeUpload reports whether p may upload a file for an institution: itself, one of its county, or one with which the clinic
// has a case. An institution that is not on the register yet is of the county that is stated.
func (s *Service) authorizeUpload(ctx context.Context, q *store.Queries, p nursery.Principal, county, institution string) error {
	r := resource{County: county, Institution: institution}
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
	return s.authorize(ctx, p, actOnFile("upload", kindOfUpload(institution)), r)
}

// authorizeRead reports whether p may read a file: one of a child as p may read the child, one of a case as p may read the case
// and its kind's files, and one that nothing refers to yet as who uploaded it.
func (s *Service) authorizeRead(ctx context.Context, q *store.Queries, p nursery.Principal, a store.Attachment) error {
	switch {
	case a.Child != nil:
		_, err := s.childFor(ctx, q, p, "child.file", *a.Child, q.ChildByID)
		return err
	case a.CaseNo != nil:
		c, err := caseOf(ctx, q.CaseByNumber, *a.CaseNo)
		if err != nil {
			return err
		}
		r := resource{County: c.County, Institution: c.Institution, Kind: nursery.CaseKind(c.Kind)}
		if p.Role == nursery.RoleHospital {
			serves, err := q.Serves(ctx, store.ServesParams{Clinic: c.Partner, Institution: c.Institution, Day: s.today()})
			if err != nil {
				return fmt.Errorf("look for what %s serves: %w", c.Partner, err)
			}
			if serves || a.UploadedBy == p.Account {
				r.Partner = c.Partner
			}
		}
		return s.authorize(ctx, p, actOnFile("read", r.Kind), r)
	}
	r := resource{County: a.County, Institution: a.Institution, Uploader: a.UploadedBy}
	return s.authorize(ctx, p, actOnFile("read", kindOfUpload(a.Institution)), r)
}

// link files attachments of an institution under the case or the child that refers to them. One that belongs to a case or a
// child already stays there.
func link(ctx context.Context, q *store.Queries, institution, caseNo, child string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	of := store.LinkAttachmentsParams{Institution: institution, CaseNo: caseNo, Child: child, Ids: ids}
	return q.LinkAttachments(ctx, of)
}

// notePaper logs that p opens a paper about a child, if it is one.
func (s *Service) notePaper(ctx context.Context, q *store.Queries, p nursery.Principal, a store.Attachment) error {
	if a.Child == nil {
		return nil
	}
	child, err := q.ChildByID(ctx, *a.Child)
	if err != nil {
		return err
	}
	purpose := nursery.ReadForEnrolment
	if p.Role == nursery.RoleHospital {
		purpose = nursery.ReadForCheckup
	}
	return activities.NoteReading(ctx, q, activities.Reading{
		By: p, Purpose: purpose, Subject: nursery.ReadPaper, About: a.ID, Fields: []nursery.ChildField{nursery.ChildPaper}, At: s.Now(),
	}, child)
}
