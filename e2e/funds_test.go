package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/e2e/stories"
	"tuoyu/nursery"
	"tuoyu/store"
)

// fundRows returns the operations on money, for the matrix of roles. A second person of finance draws up the runs.
func fundRows(t *testing.T, h *harness, a *roleplay.Applicant) []row {
	t.Helper()
	county := a.County()
	city, second := h.users.As("city-finance"), h.users.As("finance-"+county+"-2")
	var fund struct {
		ID int64 `json:"id"`
	}
	received := map[string]any{
		"source": "province", "title": "托育服务发展专项资金", "document": "示例〔2026〕1号", "document_on": today(), "purposes": []string{"rent_relief"}, "year": today().Year, "fen": 10_000_000,
	}
	moved := map[string]any{"county": county, "fen": 1_000_000, "document": "示例〔2026〕2号"}
	account := map[string]string{"holder": "示例托育有限公司", "bank": "示例银行营业部", "number": "6200000012345678"}
	err := errors.Join(
		city.Post(t.Context(), "/api/v1/funds", key(), received, &fund),
		city.Post(t.Context(), fmt.Sprintf("/api/v1/funds/%d/allocations", fund.ID), key(), moved, nil),
		h.users.As("institution-"+county+"-01").Do(t.Context(), roleplay.Request{
			Method: http.MethodPut, Path: "/api/v1/institutions/inst-" + county + "-01/payee-account", Key: key(), Body: account,
		}, nil),
	)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), inDatabase(os.Getenv("TUOYU_DATABASE_URL"), h.database), store.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cases, err := stories.WaitingPayments(t.Context(), db, stories.Waiting{County: county, First: 900_001, Cases: 3, Payees: 1, Fen: 1_000, Back: true})
	if err != nil {
		t.Fatal(err)
	}
	payment := func(caseNo string) (id int64) {
		var page struct {
			Items []struct {
				ID int64 `json:"id"`
			} `json:"items"`
		}
		if err := second.Get(t.Context(), "/api/v1/payments?q="+url.QueryEscape(caseNo), &page); err != nil || len(page.Items) != 1 {
			t.Fatalf("payment of %s: %v, %v", caseNo, page, err)
		}
		return page.Items[0].ID
	}
	paid, discarded, drawn := payment(cases[0]), payment(cases[1]), payment(cases[2])
	draw := func(id int64) string {
		var run struct {
			Number string `json:"number"`
		}
		if err := second.Post(t.Context(), "/api/v1/payment-runs", key(), map[string]any{"payments": []int64{id}}, &run); err != nil {
			t.Fatal(err)
		}
		return "/api/v1/payment-runs/" + run.Number
	}
	var (
		seers   = only(nursery.RoleFinance, nursery.RoleCityFinance, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)
		finance = only(nursery.RoleFinance)
		theCity = only(nursery.RoleCityFinance)
		fundAt  = fmt.Sprintf("/api/v1/funds/%d", fund.ID)
		runAt   = draw(paid)
		other   = draw(discarded)
		own     = "/api/v1/institutions/" + a.Institution() + "/payee-account"
		returns = says([]byte(fmt.Sprintf("拨付编号,金额,办理结果\nZF%08d,10.00,成功\n", paid)))
	)
	back := map[string]any{"county": county, "fen": 100, "document": "示例〔2026〕3号", "from": "free"}
	return []row{
		{op: "GET /api/v1/funds", path: "/api/v1/funds", allowed: seers},
		{op: "POST /api/v1/funds", path: "/api/v1/funds", allowed: theCity, body: says(received)},
		{op: "GET /api/v1/funds/{id}", path: fundAt, allowed: seers},
		{op: "GET /api/v1/funds/{id}/postings", path: fundAt + "/postings", allowed: seers},
		{op: "POST /api/v1/funds/{id}/allocations", path: fundAt + "/allocations", allowed: theCity, body: says(moved)},
		{op: "POST /api/v1/funds/{id}/take-backs", path: fundAt + "/take-backs", allowed: theCity, body: says(back)},
		{op: "GET /api/v1/fund-statement", path: "/api/v1/fund-statement?by=county", allowed: seers},
		{op: "GET /api/v1/fund-statement.xlsx", path: "/api/v1/fund-statement.xlsx?by=purpose", allowed: seers},
		{op: "GET /api/v1/payments", path: "/api/v1/payments", allowed: append(only(nursery.RoleInstitution), seers...)},
		{op: "GET /api/v1/payments/ready", path: "/api/v1/payments/ready", allowed: finance},
		{op: "GET /api/v1/payment-runs", path: "/api/v1/payment-runs", allowed: seers},
		{op: "POST /api/v1/payment-runs", path: "/api/v1/payment-runs", allowed: finance, body: says(map[string]any{"payments": []int64{drawn}})},
		{op: "GET /api/v1/payment-runs/{number}", path: runAt, allowed: seers, ofCase: true},
		{op: "POST /api/v1/payment-runs/{number}/approve", path: runAt + "/approve", allowed: finance, ofCase: true},
		{op: "POST /api/v1/payment-runs/{number}/discard", path: other + "/discard", allowed: finance, ofCase: true},
		{op: "GET /api/v1/payment-runs/{number}/bank-file.xlsx", path: runAt + "/bank-file.xlsx", allowed: finance, ofCase: true},
		{op: "GET /api/v1/payment-runs/{number}/bank-file.csv", path: runAt + "/bank-file.csv", allowed: finance, ofCase: true},
		{op: "POST /api/v1/payment-runs/{number}/returns/check", path: runAt + "/returns/check", allowed: finance, ofCase: true, body: returns, media: "text/csv"},
		{op: "POST /api/v1/payment-runs/{number}/returns", path: runAt + "/returns", allowed: finance, ofCase: true, body: returns, media: "text/csv"},
		{op: "GET /api/v1/money-to-come-back", path: "/api/v1/money-to-come-back", allowed: seers},
		{op: "POST /api/v1/payments/{id}/receipts", path: fmt.Sprintf("/api/v1/payments/%d/receipts", paid), allowed: finance, ofCase: true,
			body: says(map[string]any{"fen": 500, "on": today(), "reference": "R1"})},
		{op: "PUT /api/v1/institutions/{institution}/payee-account", path: own, allowed: only(nursery.RoleInstitution), ofCase: true, body: says(account)},
		{op: "GET /api/v1/institutions/{institution}/payee-account", path: own, allowed: only(nursery.RoleInstitution, nursery.RoleFinance), ofCase: true},
	}
}
