package tests

import (
	"strings"
	"testing"

	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

func TestTheLineOfACaseIsItsWayAndWhatUsuallyFollows(t *testing.T) {
	filing, ok := workflows.ProcessOf(nursery.KindFiling)
	if !ok {
		t.Fatal("no process")
	}
	for name, c := range map[string]struct {
		passed []nursery.Stage
		at     nursery.Stage
		ended  bool
		want   string
	}{
		"a draft": {nil, nursery.StageDraft, false, "[草稿] 材料核对 已受理 已发回执，待现场核查 现场核查符合，办结"},
		"a register that is silent": {
			[]nursery.Stage{nursery.StageDraft, nursery.StageSubmitted}, nursery.StageRegistration, false,
			"草稿 [登记信息核验] 材料核对 已受理 已发回执，待现场核查 现场核查符合，办结",
		},
		"corrections": {
			[]nursery.Stage{nursery.StageSubmitted}, nursery.StageCorrections, false, "材料核对 [待补正] 已受理 已发回执，待现场核查 现场核查符合，办结",
		},
		"back from corrections": {
			[]nursery.Stage{nursery.StageSubmitted, nursery.StageCorrections}, nursery.StageSubmitted, false,
			"[材料核对] 已受理 已发回执，待现场核查 现场核查符合，办结",
		},
		"withdrawn": {[]nursery.Stage{nursery.StageDraft, nursery.StageSubmitted}, nursery.StageWithdrawn, true, "草稿 材料核对 [已撤回]"},
		"ended": {
			[]nursery.Stage{nursery.StageReceiptIssued, nursery.StageSubmitted, nursery.StageMaterialsComplete}, nursery.StageVerified, true,
			"材料核对 已受理 已发回执，待现场核查 [现场核查符合，办结]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range filing.Progress(c.passed, c.at, c.ended) {
				switch s.Place {
				case definition.Current:
					got = append(got, "["+s.Title+"]")
				default:
					got = append(got, s.Title)
				}
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("%s, want %s", text, c.want)
			}
		})
	}
}

func TestTheUsualWayIsOfStagesThereAreInTheirOrderAndEnds(t *testing.T) {
	for _, p := range workflows.Processes() {
		if len(p.HappyPath) == 0 {
			t.Errorf("%s has no usual way", p.Kind)
			continue
		}
		line := p.Progress(nil, "", false)
		var got []nursery.Stage
		for _, s := range line {
			got = append(got, s.Code)
		}
		if len(got) != len(p.HappyPath) {
			t.Errorf("%s: %v are stages, want %v", p.Kind, got, p.HappyPath)
			continue
		}
		for i, s := range p.HappyPath {
			if got[i] != s {
				t.Errorf("%s: %s stands at %d, want %s", p.Kind, got[i], i, s)
			}
		}
		if last := line[len(line)-1]; last.Holder != "" {
			t.Errorf("%s ends with %s, where %s holds the ball", p.Kind, last.Code, last.Holder)
		}
	}
}

func TestEveryProcessBeginsInAStageOfItsOwnThatSomebodyHolds(t *testing.T) {
	for _, p := range workflows.Processes() {
		if first := p.First(); first.Code == "" || first.Holder == "" {
			t.Errorf("%s begins in %q, held by %q", p.Kind, first.Code, first.Holder)
		}
	}
}
