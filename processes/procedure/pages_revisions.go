package procedure

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

const revisionsPath = "/procedures/revisions"

func (s *pages) registerRevisions() {
	s.Nav(revisionsPath, "事项版本", web.Places{nursery.RoleProcedureAuthor: 1, nursery.RoleProcedureApprover: 1, nursery.RoleAdministrator: 6})
	web.AddListing(s.Site, s.revisionsListing())
	web.AddListing(s.Site, s.movingListing())
	s.Page("GET "+revisionsPath+"/new", web.Only(func(w http.ResponseWriter, r *http.Request) error {
		return s.proposalPage(w, r, http.StatusOK, proposalView{})
	}, nursery.RoleProcedureAuthor))
	s.Page("POST "+revisionsPath+"/new", s.propose)
	s.Page("GET "+revisionsPath+"/{id}/report", s.revision)
	s.Page("GET "+revisionsPath+"/{id}/files", s.revisionZip)
	s.Page("POST "+revisionsPath+"/{id}/decision", s.decideRevision)
}

func revisionPath(id string) string { return revisionsPath + "/" + id + "/report" }

// revisionsListing is the page of the list of revisions.
func (s *pages) revisionsListing() web.Listing[RevisionFilter, Revision] {
	return web.Listing[RevisionFilter, Revision]{
		List: Revisions, Path: revisionsPath, Title: "事项版本", Rows: 25, None: "没有事项版本", Hint: "提交的版本检查通过后会出现在这里。",
		Lead: "事项由一人提交、另一人审批后发布，发布后数秒内各处开始受理。",
		Choices: func(nursery.Principal) []web.Choice {
			state := web.Choice{Name: "state", Label: "状态"}
			for _, st := range []string{"proposed", "published", "refused"} {
				state.Options = append(state.Options, ui.Option{Value: st, Label: revisionStates[st]})
			}
			kind := web.Choice{Name: "kind", Label: "事项"}
			for _, r := range s.service.Catalogue.Current() {
				kind.Options = append(kind.Options, ui.Option{Value: string(r.Kind()), Label: r.Live.Title})
			}
			return []web.Choice{kind, state}
		},
		Acts: func(p nursery.Principal) []web.Link {
			if p.Role != nursery.RoleProcedureAuthor {
				return nil
			}
			return []web.Link{{Path: revisionsPath + "/new", Title: "提交版本", Main: true}}
		},
		Looks: func(web.Reader) ui.Looks[Revision] {
			return ui.Looks[Revision]{
				"事项": ui.HeadCell(func(r Revision) ui.RowHead {
					return ui.RowHead{Link: revisionPath(r.ID), Name: r.Title, Below: r.ID[:12]}
				}),
				"状态": ui.TagCell(func(r Revision) (string, string) { return revisionTone(r.State), r.StateTitle }),
			}
		},
	}
}

func revisionTone(state string) string {
	return map[string]string{"proposed": "warn", "published": "good", "refused": "bad"}[state]
}

// proposalView is the form for a revision, with what is wrong with the one that was sent.
type proposalView struct {
	Fault  string
	Faults []fileFaults
}

// fileFaults are the faults of a file, in the order of its lines.
type fileFaults struct {
	File  string
	Lines []string
}

// faultsByFile orders the faults of a revision by file.
func faultsByFile(fields []casework.FieldError) (list []fileFaults) {
	for _, f := range fields {
		file := strings.TrimPrefix(f.Location, "/")
		if n := len(list); n == 0 || list[n-1].File != file {
			list = append(list, fileFaults{File: file})
		}
		list[len(list)-1].Lines = append(list[len(list)-1].Lines, strings.TrimPrefix(f.Message, file+":"))
	}
	return list
}

func (s *pages) proposalPage(w http.ResponseWriter, r *http.Request, status int, v proposalView) error {
	return s.ShowStatus(w, r, status, web.Frame{Title: "提交事项版本", Back: revisionsPath}, proposalForm(v))
}

func (s *pages) propose(w http.ResponseWriter, r *http.Request) error {
	file, err := web.ChosenFile(r, "请选择 ZIP 文件。")
	if err != nil {
		if refused := s.UserError(r.Context(), err); refused.Kind() == casework.Invalid {
			return s.proposalPage(w, r, http.StatusUnprocessableEntity, proposalView{Fault: refused.Message})
		}
		return err
	}
	defer file.Close()
	archive, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("read upload: %w", err)
	}
	proposed, err := s.service.Propose(r.Context(), web.Principal(r.Context()), web.Key(r), archive)
	var refused *casework.Error
	if errors.As(err, &refused) && (refused.Code == CodeRevision || refused.Code == CodeRevisionKnown) {
		return s.proposalPage(w, r, http.StatusUnprocessableEntity, proposalView{refused.Message, faultsByFile(refused.Fields)})
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, revisionPath(proposed.ID), "版本已提交，等待他人审批。")
}

// revisionView is a revision with its pictures.
type revisionView struct {
	Revision
	Drawings
	Decides bool   // the reader may decide on it
	Moves   bool   // the reader may move running cases to it
	Own     bool   // the reader proposed it
	Note    string // as it was entered
	Faults  []casework.FieldError
}

func (s *pages) revisionPage(w http.ResponseWriter, r *http.Request, status int, note string, faults []casework.FieldError) error {
	p := web.Principal(r.Context())
	of, err := s.service.Revision(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	v := revisionView{Revision: of, Note: note, Faults: faults, Own: of.ProposedBy == p.Account}
	v.Decides = p.Role == nursery.RoleProcedureApprover && of.State == "proposed" && !v.Own
	v.Moves = p.Role == nursery.RoleProcedureApprover && of.State == "published"
	if v.Drawings, err = s.service.Drawings(r.Context(), p, of.ID, of.Report.Before); err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: of.Title + " " + of.Label, Wide: true, Back: revisionsPath}, revisionReport(v))
}

func (s *pages) revision(w http.ResponseWriter, r *http.Request) error {
	return s.revisionPage(w, r, http.StatusOK, "", nil)
}

func (s *pages) revisionZip(w http.ResponseWriter, r *http.Request) error {
	of, err := s.service.Revision(r.Context(), web.Principal(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	archive, err := s.service.Files(r.Context(), web.Principal(r.Context()), of.ID)
	if err != nil {
		return err
	}
	return web.Download(w, "application/zip", of.Title+" "+of.Label+".zip", archive)
}

func (s *pages) decideRevision(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	in := RevisionVerdict{Publish: r.PostFormValue("verdict") == "publish", Note: strings.TrimSpace(r.PostFormValue("note"))}
	done, err := s.service.Decide(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), in)
	if err != nil {
		if refused := s.UserError(r.Context(), err); refused.Kind() == casework.Invalid {
			return s.revisionPage(w, r, http.StatusUnprocessableEntity, in.Note, refused.Fields)
		}
		return err
	}
	return s.Done(w, r, revisionPath(done.ID), "已办理："+done.StateTitle+"。")
}

// verdictShape names the field of a verdict in its error summary.
var verdictShape = ui.FormSchema{Kind: ui.KindGroup, Fields: []ui.FormSchema{{Name: "note", Label: "意见"}}}

// changeTone is the tone of the kind of a change.
func changeTone(kind string) string {
	return map[string]string{"收紧": "warn", "删除": "bad", "放宽": "good", "增加": "good"}[kind]
}
