package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/registry"
)

func registerPublic(s *Site) {
	// The code is sent in a form and is never part of a URL that a server logs: in a QR code it follows the #, and a script
	// fills the form with it.
	s.Open("GET /progress", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, Frame{Title: "办理进度查询", Uses: []string{"progress.js"}}, progressAsk("", nil))
	})
	s.Open("POST /progress", func(w http.ResponseWriter, r *http.Request) error {
		if err := ParseForm(r); err != nil {
			return err
		}
		caseNo := strings.ToUpper(strings.TrimSpace(r.PostFormValue("case")))
		found, err := s.Services.PublicStatus(r.Context(), caseNo, strings.TrimSpace(r.PostFormValue("code")))
		if err != nil {
			refused := s.UserError(r.Context(), err)
			if refused.Kind() != casework.NotFound && refused.Kind() != casework.Invalid {
				return err
			}
			return s.ShowStatus(w, r, http.StatusNotFound, Frame{Title: "没有查到"}, progressAsk(caseNo, []casework.FieldError{{Location: "/code", Message: "没有查到。请核对办件编号和查询码，两者须同时正确。"}}))
		}
		return s.Show(w, r, Frame{Title: "办理进度", Back: "/progress"}, progressPage(found))
	})
	s.Open("GET /track", func(w http.ResponseWriter, r *http.Request) error { // what the address was called before
		http.Redirect(w, r, "/progress", http.StatusMovedPermanently)
		return nil
	})
}

func registerInstitutions(s *Site) {
	s.Open("GET /institutions", s.publicInstitutions)
	s.Open("GET /institutions/{id}", s.publicInstitution)
}

// publicInstitutions is 托育机构公示.
func (s *Site) publicInstitutions(w http.ResponseWriter, r *http.Request) error {
	county := r.FormValue("county")
	if county == "" {
		county = Counties()[0].Value
	}
	return ListPage(s, w, r, casework.Anyone, registry.FiledInstitutions, county, 50, Frame{Title: "托育机构公示", Wide: true}, func(list casework.Page[registry.FiledInstitution]) templ.Component {
		return institutionsPage(county, list.Items, NextPage(r, list.Next), WithParam(r, "export", "xlsx"))
	})
}

func (s *Site) publicInstitution(w http.ResponseWriter, r *http.Request) error {
	found, err := s.Services.FiledInstitution(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: found.Name, Back: "/institutions?county=" + found.CountyCode}, institutionPage(found))
}

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
var filedCells = CellsOf(registry.FiledInstitutions.Sheet, Looks[registry.FiledInstitution]{
	"机构名称": StyledCell("", filedHead),
	"状态": StyledCell("nowrap", func(i registry.FiledInstitution) templ.Component {
		return Text(filedStatus(i.Status) + "、" + inclusive(i.Inclusive))
	}),
})
