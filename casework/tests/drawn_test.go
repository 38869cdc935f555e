package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// newPrintingFixture opens a test environment that knows which characters can be printed.
func newPrintingFixture(t *testing.T) *fixture {
	t.Helper()
	d := newFixture(t)
	loaded, err := fonts()
	require.NoError(t, err)
	d.Renderer = documents.NewRenderer(loaded, nil)
	return d
}

func TestACharacterThatNoPaperShowsIsNamedWhereItIsEntered(t *testing.T) {
	d := newPrintingFixture(t)
	for _, wrong := range []struct{ text, says string }{
		{"示例\U00030000托育点", "“\U00030000”（U+30000）不能打印在文书上，请改用其他写法"},
		{"示例\ue863托育点", "字符 U+E863不能打印在文书上，请改用其他写法"},
		{"示例✅托育点", "“✅”（U+2705）不能打印在文书上，请改用其他写法"},
	} {
		a := application(t)
		a.Institution.Name = wrong.text
		_, err := d.StartFiling(t.Context(), applicant, "undrawn"+wrong.text, casework.StartFiling{Application: a})
		e := refused(t, err, casework.CodeInvalid)
		require.Contains(t, e.Fields, casework.FieldError{Location: "/application/institution/name", Message: wrong.says})
	}
	a := application(t)
	a.Institution.Name, a.Institution.Address = "示例𬱖㛃䶮托育点", "示例园区4号\u200b\ufeff\u202e"
	_, err := d.StartFiling(t.Context(), applicant, "drawn", casework.StartFiling{Application: a})
	require.NoError(t, err, "rare ideographs that the fonts have, and marks without a look")
}

func TestWhatADraftHeldBeforeIsNotRefusedAgain(t *testing.T) {
	d := newFixture(t) // entered before text was checked
	a := application(t)
	a.Institution.Address = "示例✅园区"
	started, err := d.StartFiling(t.Context(), applicant, "before", casework.StartFiling{Application: a, Draft: true})
	require.NoError(t, err)
	loaded, err := fonts()
	require.NoError(t, err)
	d.Renderer = documents.NewRenderer(loaded, nil)
	a.Institution.Phone = "0355-2020009"
	_, err = d.CorrectFiling(t.Context(), applicant, "same", started.CaseNo, casework.Correction{Version: 1, Application: a})
	require.NoError(t, err)
	a.Institution.Name = "示例\U00030000托育点"
	_, err = d.CorrectFiling(t.Context(), applicant, "new", started.CaseNo, casework.Correction{Version: 2, Application: a})
	e := refused(t, err, casework.CodeInvalid)
	require.Len(t, e.Fields, 1)
	require.Equal(t, "/application/institution/name", e.Fields[0].Location)
}

func TestAPaperThatCannotBePrintedSaysWhy(t *testing.T) {
	h := newHarness(t) // its service does not check fonts
	h.engineReturns()
	h.work()
	a := h.application(applicant, "community")
	a.Institution.Name = "示例\U00030000托育点"
	started := h.file(applicant, a)
	_, err := h.Complete(t.Context(), clerk, key(), h.task(started.CaseNo, "filing.registration"), casework.Completion{
		Outcome: nursery.OutcomeCorrect, Answer: json.RawMessage(`{"findings":[{"field":"/institution/uscc","message":"登记机关查不到该代码"}]}`),
	})
	require.NoError(t, err)
	h.eventually("the case is stuck", func() bool {
		return one[string](h, "SELECT coalesce(stuck_reason, '') FROM cases WHERE case_no = $1", started.CaseNo) == store.FaultUnprintable
	})
	paper := one[string](h, "SELECT id FROM documents WHERE case_no = $1 AND state = 'pending'", started.CaseNo)
	c, err := h.Case(t.Context(), clerk, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, "文书内容含有不能打印的字符：“\U00030000”（U+30000）。", c.Documents[0].Fault)
	_, _, err = h.OpenDocument(t.Context(), applicant, paper)
	require.Contains(t, refused(t, err, casework.CodeDocumentUnprintable).Message, "U+30000")
}

func TestAClassOfAnApplicationIsNamedAsOneInCare(t *testing.T) {
	d := newFixture(t)
	a := application(t)
	for n, name := range []string{"..", "大班/小班"} {
		a.Classes[0].Name = name
		_, err := d.StartFiling(t.Context(), applicant, "class"+string(rune('a'+n)), casework.StartFiling{Application: a, Draft: true})
		require.Contains(t, locations(refused(t, err, casework.CodeInvalid)), "/application/classes/0/name")
	}
	a.Classes[0].Name = " 托大Ａ班\u200b "
	started, err := d.StartFiling(t.Context(), applicant, "class", casework.StartFiling{Application: a, Draft: true})
	require.NoError(t, err)
	require.Equal(t, []string{"托大A班"}, d.strings(`SELECT facts->'classes'->0->>'name' FROM applications WHERE case_no = $1`, started.CaseNo))
}
