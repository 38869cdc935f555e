package filing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// checkApplication returns an error for what cannot be stored of an application: values that do not conform to their
// standard, and duplicate names. Whether it is complete and conforms is decided by the rules. Drafts may omit what
// identifies a case. Values that were in the version before are not rejected, since their field may not be open. The
// names of classes are normalized, in a new list of a.
func (s *Service) checkApplication(ctx context.Context, q *store.Queries, a *nursery.Application, before json.RawMessage, institution string, draft bool) error {
	known := casework.TextsOf(before)
	c := casework.Checker{Under: "/application"}
	checkInstitution(&c, a.Institution, draft)
	c.Division("/institution/county", a.Institution.County, a.Institution.Township)
	c.Unique("/classes", "班级编号", len(a.Classes), func(i int) string { return a.Classes[i].ID })
	c.Unique("/staff", "人员编号", len(a.Staff), func(i int) string { return a.Staff[i].Number })
	c.Unique("/premises/rooms", "房间编号", len(a.Premises.Rooms), func(i int) string { return a.Premises.Rooms[i].ID })
	checkReferences(&c, *a)
	a.Classes = normalizeClasses(&c, a.Classes, known)
	c.Limits(*a)
	if a.SiteKind == "" && !draft {
		c.Add("/site_kind", "请选择机构类型")
	}
	if err := s.checkAttachments(ctx, q, &c, *a, institution); err != nil {
		return err
	}
	if s.Renderer != nil {
		s.Undrawn(&c, "", *a, known)
	}
	return c.Err()
}

// normalizeClasses returns the classes with normalized names and rejects names that a class in care could not have; names in
// known were accepted before. The caller's list is not changed.
func normalizeClasses(c *casework.Checker, classes []nursery.Class, known []string) []nursery.Class {
	classes = slices.Clone(classes)
	for i, class := range classes {
		if class.Name == "" || slices.Contains(known, class.Name) {
			continue
		}
		if fault := nursery.ClassFault(class.Name); fault != "" {
			c.Add(fmt.Sprintf("/classes/%d/name", i), fault)
			continue
		}
		classes[i].Name = nursery.NormalClass(class.Name)
	}
	return classes
}

func checkInstitution(c *casework.Checker, i nursery.Institution, draft bool) {
	if !draft && strings.TrimSpace(i.Name) == "" {
		c.Add("/institution/name", "请填写机构名称")
	}
	if i.USCC != "" {
		_, err := nursery.ParseUSCC(i.USCC)
		c.Invalid("/institution/uscc", err)
	}
	if i.Phone != "" {
		_, err := nursery.ParsePhone(i.Phone)
		c.Invalid("/institution/phone", err)
	}
}

// checkReferences finds staff, rooms and papers that name a class or a person that does not exist.
func checkReferences(c *casework.Checker, a nursery.Application) {
	classes, staff := map[string]bool{}, map[string]bool{}
	for _, class := range a.Classes {
		classes[class.ID] = true
	}
	for i, s := range a.Staff {
		staff[s.Number] = true
		if s.Class != "" && !classes[s.Class] {
			c.Add(fmt.Sprintf("/staff/%d/class", i), "没有这个班级")
		}
	}
	for i, r := range a.Premises.Rooms {
		if r.Class != "" && !classes[r.Class] {
			c.Add(fmt.Sprintf("/premises/rooms/%d/class", i), "没有这个班级")
		}
	}
	for i, p := range a.Papers {
		if p.Staff != "" && !staff[p.Staff] {
			c.Add(fmt.Sprintf("/papers/%d/staff", i), "没有这名人员")
		}
	}
}

// checkAttachments finds papers whose file was not uploaded for this institution in this county.
func (s *Service) checkAttachments(ctx context.Context, q *store.Queries, c *casework.Checker, a nursery.Application, institution string) error {
	have, err := casework.Uploaded(ctx, q, papersOf(a), a.Institution.County, institution)
	if err != nil {
		return err
	}
	for i, p := range a.Papers {
		if p.Attachment != "" && !have[p.Attachment] {
			c.Add(fmt.Sprintf("/papers/%d/attachment", i), casework.NoAttachment)
		}
	}
	return nil
}

// papersOf returns the attachments of an application's papers.
func papersOf(a nursery.Application) (ids []string) {
	for _, p := range a.Papers {
		if p.Attachment != "" {
			ids = append(ids, p.Attachment)
		}
	}
	return ids
}
