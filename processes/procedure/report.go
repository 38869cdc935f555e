package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tuoyu/backtest"
	"tuoyu/casework"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/describe"
	"tuoyu/procedures/published"
	"tuoyu/procedures/scenarios"
	"tuoyu/procedures/steps"
	"tuoyu/store"
	"tuoyu/workflows"
)

// RevisionReport is what the proposer and the approver of a revision have to know.
type RevisionReport struct {
	Summary     string            `json:"summary" doc:"环节、结束和走法的数量"`
	Problems    []string          `json:"problems" doc:"不妨碍发布的提示"`
	Scenarios   int               `json:"scenarios" doc:"通过的场景数"`
	Transitions int               `json:"transitions" doc:"场景走过的走法数"`
	Before      string            `json:"before,omitempty" doc:"与哪个版本相比"`
	Changes     []describe.Change `json:"changes" doc:"与之前版本的不同"`
	Preview     RevisionPreview   `json:"preview" doc:"按新版本，以往和在办的办件会有什么不同"`
}

// RevisionPreview is how stored cases would have gone under another revision.
type RevisionPreview struct {
	Cases     int          `json:"cases" doc:"比较的办件数"`
	Decisions int          `json:"decisions" doc:"重新裁定的次数"`
	Differ    []Difference `json:"differ" doc:"会有不同的办件"`
	More      int          `json:"more,omitempty" doc:"没有列出的不同"`
}

// Difference is a case that another revision would have treated differently.
type Difference struct {
	CaseNo string `json:"case_no" doc:"办件编号"`
	Open   bool   `json:"open" doc:"正在办理"`
	Text   string `json:"text" doc:"有什么不同"`
}

const (
	previewedCases = 500 // the last ones of a kind
	listedAtMost   = 100
)

// unknownEffects returns an effect of the procedure that this program does not have; empty if it has all of them.
func unknownEffects(p *procedures.Procedure) string {
	for _, a := range p.Plan.Acts {
		if !steps.KnowsEffect(a) {
			return fmt.Sprintf("%s（版本 %d）", a.Name, a.Version)
		}
	}
	return ""
}

// Processes returns the processes of the program and the published procedures.
func (s *Service) Processes() []definition.Process { return workflows.Processes() }

// report compares a revision with the one before and with stored cases.
func (s *Service) report(ctx context.Context, p *procedures.Procedure, problems []procedures.Problem, played scenarios.Report) (RevisionReport, error) {
	r := RevisionReport{
		Summary: p.Summary(), Problems: []string{}, Scenarios: len(played.Scenarios), Transitions: played.Transitions, Changes: []describe.Change{},
		Preview: RevisionPreview{Differ: []Difference{}},
	}
	for _, problem := range problems {
		r.Problems = append(r.Problems, problem.String())
	}
	before, err := s.lastOf(nursery.CaseKind(p.Plan.Kind))
	if isNone(err) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	r.Before = before.ID
	changes, moves := describe.Compare(before.Procedure, p)
	r.Changes = append(r.Changes, changes...)
	if procedures.Faulty(moves) {
		return r, faulty(moves)
	}
	r.Preview, err = s.Preview(ctx, p)
	return r, err
}

// lastOf returns the last published revision of a kind. Error: published.ErrNone.
func (s *Service) lastOf(kind nursery.CaseKind) (*published.Revision, error) {
	list := s.Catalogue.Current()
	i := slices.IndexFunc(list, func(r *published.Revision) bool { return r.Kind() == kind })
	if i < 0 {
		return nil, published.ErrNone
	}
	return list[i], nil
}

// Preview decides the stored decisions of the last cases of a kind again by the rules of p, and follows their results by the flow of
// p, as far as their answers reach. It writes nothing.
func (s *Service) Preview(ctx context.Context, p *procedures.Procedure) (RevisionPreview, error) {
	found := RevisionPreview{Differ: []Difference{}}
	rules, err := p.Evaluator(ctx, s.Catalogue.Options().Library)
	if err != nil {
		return found, err
	}
	var cases []store.CasesOfKindRow
	err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		cases, err = q.CasesOfKind(ctx, store.CasesOfKindParams{Kind: p.Plan.Kind, PageSize: previewedCases})
		return err
	})
	if err != nil {
		return found, fmt.Errorf("list cases: %w", err)
	}
	found.Cases = len(cases)
	for _, c := range cases {
		var decisions []store.DecisionsToPreviewRow
		var entered []json.RawMessage
		err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
			if decisions, err = q.DecisionsToPreview(ctx, c.CaseNo); err == nil {
				entered, err = q.StagesEntered(ctx, c.CaseNo)
			}
			return err
		})
		if err != nil {
			return found, fmt.Errorf("read case: %w", err)
		}
		texts, err := decidedOtherwise(ctx, rules, decisions)
		if err != nil {
			return found, err
		}
		found.Decisions += len(decisions)
		other, err := wentOtherwise(p, entered)
		if err != nil {
			return found, err
		}
		for _, text := range append(texts, other...) {
			if len(found.Differ) >= listedAtMost {
				found.More++
				continue
			}
			found.Differ = append(found.Differ, Difference{c.CaseNo, c.Status == string(nursery.CaseOpen), text})
		}
	}
	return found, nil
}

// decidedOtherwise describes the decisions that the rules would make otherwise on the same input.
func decidedOtherwise(ctx context.Context, rules *procedures.Evaluator, decisions []store.DecisionsToPreviewRow) (texts []string, err error) {
	for _, row := range decisions {
		d, err := backtest.Compare(ctx, backtest.ByProcedure(rules), backtest.Stored(row))
		switch {
		case errors.Is(err, backtest.ErrUncovered), errors.Is(err, backtest.ErrNoInput), err == nil && d == nil:
			continue
		case err != nil:
			return nil, err
		}
		for _, line := range d.Lines(backtest.OfResult, backtest.OfAmount, backtest.OfRoute) {
			texts = append(texts, "规则集 "+row.RuleSet+" 的"+line)
		}
	}
	return texts, nil
}

// wentOtherwise describes the first way of a case that the plan does not have.
func wentOtherwise(p *procedures.Procedure, entered []json.RawMessage) ([]string, error) {
	for _, raw := range entered {
		var passed struct{ Stage, Left, Result string }
		if err := json.Unmarshal(raw, &passed); err != nil {
			return nil, fmt.Errorf("decode passage: %w", err)
		}
		if passed.Left == "" || strings.HasPrefix(passed.Result, "anytime.") {
			continue
		}
		i := p.Plan.StageNamed(passed.Left)
		if i < 0 {
			return []string{"新版本没有环节 " + passed.Left}, nil
		}
		to := slices.IndexFunc(p.Plan.Stages[i].On, func(t procedures.Transition) bool { return t.Result == passed.Result })
		switch {
		case to < 0:
			return []string{fmt.Sprintf("“%s”没有结果 %s", p.Live.Stages[i].Title, passed.Result)}, nil
		case passed.Stage != "" && p.Plan.Stages[i].On[to].To >= 0 && p.Plan.Stages[p.Plan.Stages[i].On[to].To].Name != passed.Stage:
			next := p.Plan.Stages[i].On[to].To
			return []string{fmt.Sprintf("“%s”的结果“%s”转到“%s”", p.Live.Stages[i].Title, describe.ResultTitle(p, i, passed.Result), p.Live.Stages[next].Title)}, nil
		}
	}
	return nil, nil
}

// PreviewFiles is Preview for the files of a revision that is not proposed yet. Errors: those of Propose.
func (s *Service) PreviewFiles(ctx context.Context, p nursery.Principal, archive []byte) (RevisionReport, error) {
	if err := s.Authorize(ctx, p, "procedure.propose", casework.Resource{}); err != nil {
		return RevisionReport{}, err
	}
	checked, err := s.check(ctx, archive)
	return checked.report, err
}
