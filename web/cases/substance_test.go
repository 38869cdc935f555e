package cases

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/web/ui"
	"tuoyu/workflows"
)

func TestTheFilterOffersTheTasksOfTheRole(t *testing.T) {
	require.Equal(t, []ui.Option{
		{Value: "filing.registration", Label: "核验登记信息"}, {Value: "filing.review", Label: "核对备案材料"}, {Value: "filing_change.review", Label: "变更审核"}, {Value: "filing_cancel.review", Label: "注销审核"},
	}, taskKinds("clerk"))
	require.Equal(t, []ui.Option{{Value: "insurance.answers", Label: "逐名答复"}, {Value: "insurance_claim.review", Label: "核定理赔"}, {Value: "insurance_claim.pay", Label: "赔付"}}, taskKinds("insurer"))
}

// What another officer still has to sign is previewed and not confirmed; a record that several sign is shown to all of them.
func TestPapersAreConfirmedWhereTheyGoOutAtOnce(t *testing.T) {
	var seen, confirmed []string
	for _, p := range workflows.Processes() {
		for _, task := range p.Tasks {
			if previews(task.Name) {
				seen = append(seen, task.Name)
			}
			if confirms(task.Name) {
				confirmed = append(confirmed, task.Name)
			}
		}
	}
	require.Equal(t, []string{
		"filing.registration", "filing.review", "filing.site_visit", "filing.site_visit_countersign", "filing.recheck", "filing.recheck_countersign",
		"filing_change.review", "filing_cancel.review", "inspection.decide",
	}, seen)
	require.Equal(t, []string{
		"filing.registration", "filing.review", "filing.site_visit_countersign", "filing.recheck_countersign",
		"filing_change.review", "filing_cancel.review", "inspection.decide",
	}, confirmed)
}
