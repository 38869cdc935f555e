package inspection

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/nursery"
	"tuoyu/web"
)

func (s *pages) visitingSubject(ctx context.Context, v web.TaskView) (templ.Component, error) {
	d, err := s.service.Inspection(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return visitPart(d, v.Task.Kind == "inspection.visit" && v.Reader.Role == nursery.RoleInspector), nil
}

func (s *pages) recordedSubject(ctx context.Context, v web.TaskView) (templ.Component, error) {
	d, err := s.service.Inspection(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	if v.Task.Kind == "inspection.correct" {
		return defectsPart(d), nil
	}
	return recordPart(d), nil
}

// lastVisit is the record that is signed: the one sent last.
func lastVisit(d InspectionDetail) (last VisitVersion, ok bool) {
	for _, v := range d.Visits {
		if !ok || v.Version >= last.Version {
			last, ok = v, true
		}
	}
	return last, ok
}

// checklistTitle is what a line of the checklist is called.
func checklistTitle(d InspectionDetail, rule string) string {
	for _, i := range d.Checklist {
		if i.Rule == rule {
			return i.Title
		}
	}
	return rule
}

// lastPhotosOf are the photos of an item as it was recorded last.
func lastPhotosOf(d InspectionDetail, rule string) []string {
	last, _ := lastVisit(d)
	for _, i := range last.Content.Items {
		if i.Rule == rule {
			return i.Photos
		}
	}
	return nil
}

// openFindings are those that are ordered and not put right yet.
func openFindings(d InspectionDetail) []Finding {
	return slices.DeleteFunc(slices.Clone(d.Findings), func(f Finding) bool {
		return f.CaseNo != d.CaseNo || !f.Ordered || !f.CorrectedOn.IsZero()
	})
}

func itemResult(r nursery.ItemResult) string {
	switch r {
	case nursery.ItemOK:
		return "合格"
	case nursery.ItemNotOK:
		return "不合格"
	}
	return "不适用"
}
