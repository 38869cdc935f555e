package registry

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// pages are the pages of the package.
type pages struct {
	*web.Site
	service *Service
}

// Pages registers the pages of the package.
func (s *Service) Pages(site *web.Site) {
	p := &pages{site, s}
	p.registerForOffices()
	p.registerForPublic()
}

func (s *pages) registerForOffices() {
	s.Nav("/register", "机构", web.Places{nursery.RoleClerk: 3, nursery.RoleSupervisor: 8, nursery.RoleInspector: 4})
	web.AddListing(s.Site, registerListing)
}

// registerListing is the page of the register, as far as the reader sees it.
var registerListing = web.Listing[InstitutionFilter, RegisteredInstitution]{
	List: Institutions, Path: "/register", Title: "机构", Rows: 50, None: "没有符合条件的机构", Search: "机构名称、统一社会信用代码或编号",
	Choices: func(nursery.Principal) []web.Choice {
		status, kind := web.Choice{Name: "status", Label: "状态"}, web.Choice{Name: "site_kind", Label: "类型"}
		for _, st := range []string{"applying", "filed", "rectifying", "cancelled"} {
			status.Options = append(status.Options, ui.Option{Value: st, Label: filedStatus(st)})
		}
		for _, k := range nursery.SiteKinds() {
			kind.Options = append(kind.Options, ui.Option{Value: string(k), Label: k.Title()})
		}
		return []web.Choice{status, kind}
	},
	Looks: func(v web.Reader) ui.Looks[RegisteredInstitution] {
		return ui.Looks[RegisteredInstitution]{
			"机构名称": ui.HeadCell(func(i RegisteredInstitution) ui.RowHead {
				link := "/cases?institution=" + url.QueryEscape(i.ID)
				if v.Role == nursery.RoleHospital {
					link = ""
				}
				return ui.RowHead{Link: link, Name: i.Name, Below: i.ID + " " + i.CountyName}
			}),
			"备案日期": ui.StyledCell("", filingOf),
		}
	},
}

// Choices returns the institutions of a county that have filed and that the caller may see, as options of a form.
func (s *Service) Choices(ctx context.Context, county string) ([]ui.Option, error) {
	found, err := Institutions.All(ctx, s.Service, web.Principal(ctx), InstitutionFilter{County: county})
	if err != nil {
		return nil, err
	}
	var list []ui.Option
	for _, i := range found {
		if i.Status != "applying" && i.Status != "cancelled" {
			list = append(list, ui.Option{Value: i.ID, Label: i.Name})
		}
	}
	return list, nil
}

func (s *pages) registerForPublic() {
	s.Open("GET /institutions", s.publicInstitutions)
	s.Open("GET /institutions/{id}", s.publicInstitution)
}

// publicInstitutions is 托育机构公示.
func (s *pages) publicInstitutions(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := FiledFilter{County: q.Get("county"), Name: strings.TrimSpace(q.Get("name")), Township: q.Get("township"), ClassKind: nursery.ClassKind(q.Get("class_kind"))}
	if county, ok := nursery.CountyOf(f.Township); f.Township != "" && (!ok || county.Code != f.County) {
		f.Township = "" // the county was changed
	}
	ages, err := s.ages(f.County)
	if err != nil {
		return err
	}
	return web.ListPage(s.Site, w, r, casework.Anyone, FiledInstitutions, f, 50, web.Frame{Title: "托育机构公示", Wide: true}, func(list casework.Page[FiledInstitution]) templ.Component {
		return institutionsPage(f, ages, list.Items, web.NextPage(r, list.Next), web.WithParam(r, "export", "xlsx"))
	})
}

// ages returns the kinds of classes with the ages that they take, from the parameters of the rules.
func (s *pages) ages(county string) (ages []ui.Option, err error) {
	for _, kind := range classKinds {
		var months [2]any
		for i, topic := range []string{"class_from_months.", "class_until_months."} {
			p, err := s.service.Rules.Parameter(topic+string(kind), s.service.Today(), county)
			if err != nil {
				return nil, err
			}
			months[i] = p.Value
		}
		ages = append(ages, ui.Option{Value: string(kind), Label: fmt.Sprintf("%s（满 %v 个月、不满 %v 个月）", kind.Title(), months[0], months[1])})
	}
	return ages, nil
}

func (s *pages) publicInstitution(w http.ResponseWriter, r *http.Request) error {
	found, err := s.service.FiledInstitution(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: found.Name, Back: "/institutions?county=" + found.CountyCode}, institutionPage(found))
}

// orAny returns a title, or what stands for none.
func orAny(title string) string { return cmp.Or(title, "不限") }

func inclusive(i *bool) string {
	switch {
	case i == nil:
		return "未说明"
	case *i:
		return "普惠"
	}
	return "非普惠"
}

func filedStatus(status string) string {
	return map[string]string{"filed": "已备案", "rectifying": "整改中", "cancelled": "已注销", "applying": "申请中"}[status]
}

// filedCells is the table of the register for the public.
var filedCells = ui.CellsOf(FiledInstitutions.Sheet, ui.Looks[FiledInstitution]{
	"机构名称": ui.StyledCell("", filedHead),
	"状态": ui.StyledCell("nowrap", func(i FiledInstitution) templ.Component {
		return ui.Text(filedStatus(i.Status) + "、" + inclusive(i.Inclusive))
	}),
})
