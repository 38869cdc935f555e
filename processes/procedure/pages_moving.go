package procedure

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

const movingPath = revisionsPath + "/moving"

// movingListing is the page of the running cases under earlier revisions, several of which are moved to a later one at once.
func (s *pages) movingListing() web.Listing[RevisionCases, CaseToMove] {
	return web.Listing[RevisionCases, CaseToMove]{
		List: s.service.CasesToMove(), Path: movingPath, Title: "转到新版本", Back: revisionsPath, Rows: 50, Live: true,
		Lead: "办件从所在的环节接着按新版本办理，已经作出的决定、文书和拨付不变；有改动的任务重新提出。",
		None: "没有按以前版本办理的在办件", Hint: "发布以前收到的办件，办结以前会出现在这里。",
		Looks: func(web.Reader) ui.Looks[CaseToMove] {
			return ui.Looks[CaseToMove]{
				"办件编号": ui.HeadCell(func(c CaseToMove) ui.RowHead { return ui.RowHead{Name: c.CaseNo} }),
				"不能转移的原因": ui.TagCell(func(c CaseToMove) (tone, text string) {
					if c.Hindrance == "" {
						return "good", "可以转移"
					}
					return "warn", c.Hindrance
				}),
			}
		},
		Batch: web.Batches[CaseToMove]{
			ID: func(_ web.Reader, c CaseToMove) (id, name string) {
				if c.Hindrance == "" {
					id = c.CaseNo
				}
				return id, c.CaseNo
			},
			Name: func(_ web.Reader, id string) (ui.RowHead, error) { return ui.RowHead{Name: id}, nil },
			Acts: []web.BatchAct{{
				Name: "move", Title: "转移", Done: "已转移", Question: "所选的办件转到新版本？不能撤回。",
				For:    func(p nursery.Principal) bool { return p.Role == nursery.RoleProcedureApprover },
				Fields: func(web.Reader) (templ.Component, error) { return moveReason(), nil },
				Do: func(v web.Reader, key, id string, form url.Values) error {
					here, err := url.Parse(v.Here)
					if err != nil {
						return fmt.Errorf("address of the list: %w", err)
					}
					_, err = s.service.Move(v.Context(), v.Principal, key, id, MoveInput{Revision: here.Query().Get("revision"), Reason: strings.TrimSpace(form.Get("reason"))})
					return err
				},
			}},
		},
	}
}
