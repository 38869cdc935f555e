package e2e

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

func TestATaskIsClaimedReleasedAssignedDelegatedAndSpokenOf(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := filed(t, h, "public_comprehensive")
	one, two := a.Clerk(), h.users.As("clerk-140403-2")
	task := open(t, one, caseNo, "filing.review")
	path := "/api/v1/tasks/" + task.ID
	do := func(who *roleplay.Actor, act string, body any) error {
		return who.Post(t.Context(), path+"/"+act, key(), body, nil)
	}
	holds := func(account string) {
		t.Helper()
		if now := open(t, one, caseNo, "filing.review"); now.Assignee != account {
			t.Errorf("the task is with %q, want %q", now.Assignee, account)
		}
	}
	if err := do(one, "claim", nil); err != nil {
		t.Fatal(err)
	}
	holds("clerk-140403")
	refused(t, do(two, "claim", nil), http.StatusConflict, "task_claimed")
	_, err := two.Complete(t.Context(), key(), task.ID, nursery.OutcomeAccept, noFindings)
	refused(t, err, http.StatusConflict, "task_claimed")
	if err := do(one, "release", nil); err != nil {
		t.Fatal(err)
	}
	holds("")
	refused(t, do(one, "assign", map[string]string{"account": "clerk-140403-2"}), http.StatusForbidden, "forbidden")
	if err := do(a.Supervisor(), "assign", map[string]string{"account": "clerk-140403-2"}); err != nil {
		t.Fatal(err)
	}
	holds("clerk-140403-2")
	if err := do(two, "delegate", map[string]string{"account": "clerk-140403", "reason": "外出培训"}); err != nil {
		t.Fatal(err)
	}
	holds("clerk-140403")
	say := map[string]any{"text": "请注意消防证明的形式", "internal": true}
	if err := one.Post(t.Context(), "/api/v1/cases/"+caseNo+"/comments", key(), say, nil); err != nil {
		t.Fatal(err)
	}
	answer(t, one, caseNo, "filing.review", nursery.OutcomeAccept, noFindings)
	await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageReceiptIssued))
	wantList(t, "events", h.events(t, caseNo), "submitted", "received", "assessed", "task_opened", "task_claim", "task_release",
		"task_assign", "task_delegate", "comment", "task_closed", "materials_complete", "receipt_issued", "task_opened")

	// The institution does not see the names of officers, nor the internal comments of the office.
	c := await(t, a.Actor, caseNo, roleplay.Stage(nursery.StageReceiptIssued))
	for _, e := range c.Timeline {
		if slices.Contains([]string{"comment", "task_claim", "assessed"}, e.Kind) || e.Actor == "clerk-140403" {
			t.Errorf("the institution reads %s by %s: %s", e.Kind, e.Actor, e.Note)
		}
	}
}

func TestInboxesAndCasesComeInPagesThatMissNothing(t *testing.T) {
	h := sharedHouse(t)
	want := map[string]bool{}
	for range 3 {
		_, caseNo := filed(t, h, "other")
		want[caseNo] = true
	}
	clerk := h.users.As("clerk-140431")
	for _, path := range []string{"/api/v1/tasks", "/api/v1/cases"} {
		seen, missing := map[string]int{}, maps.Clone(want)
		query, pages := url.Values{"limit": {"2"}}, 0
		for {
			var page struct {
				Items []struct {
					ID     string `json:"id"`
					CaseNo string `json:"case_no"`
					County string `json:"county"`
				} `json:"items"`
				Next string `json:"next"`
			}
			if err := clerk.Get(t.Context(), path+"?"+query.Encode(), &page); err != nil {
				t.Fatal(err)
			}
			if len(page.Items) > 2 {
				t.Errorf("%s: %d on a page of 2", path, len(page.Items))
			}
			for _, item := range page.Items {
				if item.County != "140431" {
					t.Errorf("%s shows %s of county %s", path, item.CaseNo, item.County)
				}
				seen[item.ID+item.CaseNo]++
				delete(missing, item.CaseNo)
			}
			if pages++; page.Next == "" || pages > 100 {
				break
			}
			query.Set("after", page.Next)
		}
		for id, times := range seen {
			if times > 1 {
				t.Errorf("%s shows %s %d times", path, id, times)
			}
		}
		if pages < 2 || len(missing) > 0 {
			t.Errorf("%s came in %d pages and never showed %v", path, pages, missing)
		}
	}
}
