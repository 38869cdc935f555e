package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tuoyu/nursery"
	"tuoyu/store"
)

// checkApplication returns an error for what cannot be stored of an application: values that do not conform to their
// standard, and duplicate names. Whether it is complete and conforms is decided by the rules. Drafts may omit what
// identifies a case. Values that were in the version before are not rejected, since their field may not be open. The
// names of classes are normalized, in a new list of a.
func (s *Service) checkApplication(ctx context.Context, q *store.Queries, a *nursery.Application, before json.RawMessage, institution string, draft bool) error {
	known := textsOf(before)
	c := checker{under: "/application"}
	c.institution(a.Institution, draft)
	c.division("/institution/county", a.Institution.County, a.Institution.Township)
	c.unique("/classes", "班级编号", len(a.Classes), func(i int) string { return a.Classes[i].ID })
	c.unique("/staff", "人员编号", len(a.Staff), func(i int) string { return a.Staff[i].Number })
	c.unique("/premises/rooms", "房间编号", len(a.Premises.Rooms), func(i int) string { return a.Premises.Rooms[i].ID })
	c.references(*a)
	a.Classes = c.classNames(a.Classes, known)
	c.limits(*a)
	if a.SiteKind == "" && !draft {
		c.add("/site_kind", "请选择机构类型")
	}
	if err := s.checkAttachments(ctx, q, &c, *a, institution); err != nil {
		return err
	}
	if s.Renderer != nil {
		s.undrawn(&c, "", *a, known)
	}
	return c.err()
}

// classNames returns the classes with normalized names and rejects names that a class in care could not have; names in
// known were accepted before. The caller's list is not changed.
func (c *checker) classNames(classes []nursery.Class, known []string) []nursery.Class {
	classes = slices.Clone(classes)
	for i, class := range classes {
		if class.Name == "" || slices.Contains(known, class.Name) {
			continue
		}
		if fault := nursery.ClassFault(class.Name); fault != "" {
			c.add(fmt.Sprintf("/classes/%d/name", i), fault)
			continue
		}
		classes[i].Name = nursery.NormalClass(class.Name)
	}
	return classes
}

// checker collects validation errors, the first one of each location.
type checker struct {
	under  string // location of the checked value in the body
	fields []FieldError
}

func (c *checker) add(location, message string) {
	f := FieldError{Location: c.under + location, Message: message}
	if !slices.ContainsFunc(c.fields, func(g FieldError) bool { return g.Location == f.Location }) {
		c.fields = append(c.fields, f)
	}
}

// err returns an error with every validation error; nil if there is none.
func (c *checker) err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return userError(CodeInvalid, fmt.Sprintf("有 %d 处填写有误，请逐项更正。", len(c.fields)), c.fields...)
}

func (c *checker) invalid(location string, err error) {
	if err != nil {
		f := fieldOf(location, err)
		c.add(location, f.Message)
	}
}

func (c *checker) institution(i nursery.Institution, draft bool) {
	if !draft && strings.TrimSpace(i.Name) == "" {
		c.add("/institution/name", "请填写机构名称")
	}
	if i.USCC != "" {
		_, err := nursery.ParseUSCC(i.USCC)
		c.invalid("/institution/uscc", err)
	}
	if i.Phone != "" {
		_, err := nursery.ParsePhone(i.Phone)
		c.invalid("/institution/phone", err)
	}
}

func (c *checker) division(location, county, township string) {
	d, ok := nursery.DivisionByCode(county)
	if !ok || d.Level != nursery.LevelCounty {
		c.add(location, "请选择长治市的县区")
		return
	}
	if township == "" {
		return
	}
	of, ok := nursery.CountyOf(township)
	if _, known := nursery.DivisionByCode(township); !known || !ok || of.Code != county {
		c.add("/institution/township", "该乡镇（街道）不在所选县区")
	}
}

func (c *checker) unique(location, what string, n int, id func(int) string) {
	seen := make(map[string]bool, n)
	for i := range n {
		switch key := id(i); {
		case key == "": // its own limits reject it
		case strings.ContainsAny(key, "/~"):
			c.add(fmt.Sprintf("%s/%d", location, i), what+"不能含 / 和 ~")
		case seen[key]:
			c.add(fmt.Sprintf("%s/%d", location, i), what+"重复")
		default:
			seen[key] = true
		}
	}
}

// references finds staff, rooms and papers that name a class or a person that does not exist.
func (c *checker) references(a nursery.Application) {
	classes, staff := map[string]bool{}, map[string]bool{}
	for _, class := range a.Classes {
		classes[class.ID] = true
	}
	for i, s := range a.Staff {
		staff[s.Number] = true
		if s.Class != "" && !classes[s.Class] {
			c.add(fmt.Sprintf("/staff/%d/class", i), "没有这个班级")
		}
	}
	for i, r := range a.Premises.Rooms {
		if r.Class != "" && !classes[r.Class] {
			c.add(fmt.Sprintf("/premises/rooms/%d/class", i), "没有这个班级")
		}
	}
	for i, p := range a.Papers {
		if p.Staff != "" && !staff[p.Staff] {
			c.add(fmt.Sprintf("/papers/%d/staff", i), "没有这名人员")
		}
	}
}

// checkAttachments finds papers whose file was not uploaded for this institution in this county.
func (s *Service) checkAttachments(ctx context.Context, q *store.Queries, c *checker, a nursery.Application, institution string) error {
	have, err := uploaded(ctx, q, papersOf(a), a.Institution.County, institution)
	if err != nil {
		return err
	}
	for i, p := range a.Papers {
		if p.Attachment != "" && !have[p.Attachment] {
			c.add(fmt.Sprintf("/papers/%d/attachment", i), noAttachment)
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

const noAttachment = "附件不存在，请重新上传"

// uploaded reports which of the attachments were uploaded for the institution and belong to no child.
func uploaded(ctx context.Context, q *store.Queries, ids []string, county, institution string) (map[string]bool, error) {
	have := map[string]bool{}
	if len(ids) == 0 {
		return have, nil
	}
	known, err := q.AttachmentsKnown(ctx, store.AttachmentsKnownParams{Ids: ids, County: county, Institution: institution})
	if err != nil {
		return nil, err
	}
	for _, id := range known {
		have[id] = true
	}
	return have, nil
}
