package roleplay

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"tuoyu/nursery"
)

const (
	pathFunds    = "/api/v1/funds"
	pathPayments = "/api/v1/payments"
	pathRuns     = "/api/v1/payment-runs"
)

// Fund is a fund in the API, reduced to the fields that stories use. Amounts are in fen.
type Fund struct {
	ID     int64 `json:"id"`
	Amount int64 `json:"amount"`
	Sum    struct {
		Unallocated int64 `json:"unallocated"`
		Free        int64 `json:"free"`
		Committed   int64 `json:"committed"`
		Sent        int64 `json:"sent"`
		Paid        int64 `json:"paid"`
		Reclaimed   int64 `json:"reclaimed"`
	} `json:"sum"`
}

// CreateFund registers a fund for purposes.
func (a *Actor) CreateFund(ctx context.Context, key, title string, on nursery.Date, fen int64, purposes ...string) (Fund, error) {
	var f Fund
	err := a.Post(ctx, pathFunds, key, map[string]any{
		"source": "city", "title": title, "document": "示例〔2026〕1号", "document_on": on, "purposes": purposes, "year": on.Year, "fen": fen,
	}, &f)
	return f, err
}

// Allocate allocates money of a fund to a county.
func (a *Actor) Allocate(ctx context.Context, key string, fund int64, county string, fen int64) error {
	return a.Post(ctx, fmt.Sprintf("%s/%d/allocations", pathFunds, fund), key, map[string]any{"county": county, "fen": fen, "document": "示例〔2026〕2号"}, nil)
}

// Fund reads a fund.
func (a *Actor) Fund(ctx context.Context, id int64) (Fund, error) {
	var f Fund
	err := a.Get(ctx, fmt.Sprintf("%s/%d", pathFunds, id), &f)
	return f, err
}

// PutAccount has an institution state the account to which it is paid.
func (a *Actor) PutAccount(ctx context.Context, key, institution, holder, number string) error {
	return a.Do(ctx, Request{Method: http.MethodPut, Path: "/api/v1/institutions/" + institution + "/payee-account", Key: key, Body: map[string]string{
		"holder": holder, "bank": "示例银行营业部", "number": number,
	}}, nil)
}

// Payment is a payment in the API, reduced to the fields that stories use.
type Payment struct {
	ID          int64  `json:"id"`
	Reference   string `json:"reference"`
	CaseNo      string `json:"case_no"`
	Institution string `json:"institution"`
	Fen         int64  `json:"fen"`
	State       string `json:"state"`
	Hindrance   string `json:"hindrance"`
}

// Yuan returns the amount as a bank writes it.
func (p Payment) Yuan() string { return fmt.Sprintf("%d.%02d", p.Fen/100, p.Fen%100) }

// ReadyPayments reads the payments that wait to be put into a run.
func (a *Actor) ReadyPayments(ctx context.Context) ([]Payment, error) {
	var list struct {
		Items []Payment `json:"items"`
	}
	err := a.Get(ctx, pathPayments+"/ready", &list)
	return list.Items, err
}

// DrawRun draws up a payment run and returns its number.
func (a *Actor) DrawRun(ctx context.Context, key string, payments []Payment) (string, error) {
	ids := make([]int64, len(payments))
	for i, p := range payments {
		ids[i] = p.ID
	}
	var run struct {
		Number string `json:"number"`
	}
	err := a.Post(ctx, pathRuns, key, map[string]any{"payments": ids}, &run)
	return run.Number, err
}

// ApproveRun approves a run that somebody else drew up.
func (a *Actor) ApproveRun(ctx context.Context, key, number string) error {
	return a.Post(ctx, pathRuns+"/"+number+"/approve", key, nil, nil)
}

// BankFile reads the file of a run for the bank, as CSV.
func (a *Actor) BankFile(ctx context.Context, number string) ([]byte, error) {
	return a.Download(ctx, pathRuns+"/"+number+"/bank-file.csv")
}

// Returns writes the file that a bank returns of payments: bounced is why it did not pay one, by the number of its case.
func Returns(payments []Payment, bounced map[string]string) []byte {
	var out strings.Builder
	out.WriteString("拨付编号,金额,办理结果,失败原因\n")
	for _, p := range payments {
		result, reason := "成功", bounced[p.CaseNo]
		if reason != "" {
			result = "失败"
		}
		fmt.Fprintf(&out, "%s,%s,%s,%s\n", p.Reference, p.Yuan(), result, reason)
	}
	return []byte(out.String())
}

// TakeReturns has the bank's return file of a run read, and returns the number of payments that it settled.
func (a *Actor) TakeReturns(ctx context.Context, key, number string, file []byte) (int, error) {
	var report struct {
		Settled int `json:"settled"`
		Refused int `json:"refused"`
	}
	err := a.Do(ctx, Request{Method: http.MethodPost, Path: pathRuns + "/" + number + "/returns", Key: key, Body: file, ContentType: "text/csv"}, &report)
	if err == nil && report.Refused > 0 {
		err = fmt.Errorf("%d rows of the return file of %s were refused", report.Refused, number)
	}
	return report.Settled, err
}

// Receive confirms that all money of a payment came back.
func (a *Actor) Receive(ctx context.Context, key string, p Payment, on nursery.Date) error {
	return a.Post(ctx, fmt.Sprintf("%s/%d/receipts", pathPayments, p.ID), key, map[string]any{"fen": p.Fen, "on": on, "reference": "示例流水号", "complete": true}, nil)
}
