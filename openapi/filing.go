// Command filing takes one filing from draft to receipt with the client that oapi-codegen makes from openapi.json, which tests
// write beside it. It reads what to file, and who files and reviews, as JSON from TUOYU_FILING, and writes the number of the
// case.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"time"
)

type told struct {
	URL         string      `json:"url"`
	Applicant   string      `json:"applicant"` // access tokens
	Clerk       string      `json:"clerk"`
	PDF         []byte      `json:"pdf"` // of every paper
	Application Application `json:"application"`
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var in told
	if err := json.Unmarshal([]byte(os.Getenv("TUOYU_FILING")), &in); err != nil {
		return fmt.Errorf("read TUOYU_FILING: %w", err)
	}
	applicant, err := as(in.URL, in.Applicant)
	if err != nil {
		return err
	}
	clerk, err := as(in.URL, in.Clerk)
	if err != nil {
		return err
	}
	if err := upload(ctx, applicant, in); err != nil {
		return err
	}
	draft := true
	started, err := applicant.StartFilingWithResponse(ctx, &StartFilingParams{IdempotencyKey: rand.Text()},
		StartFiling{Application: in.Application, Draft: &draft})
	if err != nil || started.JSON201 == nil {
		return failed("start the filing", err, started)
	}
	caseNo := started.JSON201.CaseNo
	submitted, err := applicant.SubmitFilingWithResponse(ctx, caseNo, &SubmitFilingParams{IdempotencyKey: rand.Text()})
	if err != nil || submitted.JSON200 == nil {
		return failed("submit the draft", err, submitted)
	}
	if err := accept(ctx, clerk, caseNo); err != nil {
		return err
	}
	if err := receive(ctx, applicant, caseNo); err != nil {
		return err
	}
	fmt.Println(caseNo)
	return nil
}

// as returns a client that sends the token.
func as(url, token string) (*ClientWithResponses, error) {
	return NewClientWithResponses(url, WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}))
}

// upload hands in each paper of the application that has a file.
func upload(ctx context.Context, applicant *ClientWithResponses, in told) error {
	if in.Application.Papers == nil {
		return errors.New("the application has no papers")
	}
	papers := *in.Application.Papers
	for i := range papers {
		if papers[i].Attachment == nil {
			continue
		}
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("file", string(papers[i].Kind)+".pdf")
		if err != nil {
			return err
		}
		if _, err := part.Write(in.PDF); err != nil {
			return err
		}
		if err := form.Close(); err != nil {
			return err
		}
		stored, err := applicant.UploadAttachmentWithBodyWithResponse(ctx, form.FormDataContentType(), &body)
		if err != nil || stored.JSON201 == nil {
			return failed("upload", err, stored)
		}
		papers[i].Attachment = &stored.JSON201.Id
	}
	return nil
}

// accept answers the clerk's review of the case, as soon as there is one.
func accept(ctx context.Context, clerk *ClientWithResponses, caseNo string) error {
	kind := "filing.review"
	for {
		tasks, err := clerk.ListTasksWithResponse(ctx, &ListTasksParams{Q: &caseNo, Kind: &kind})
		if err != nil || tasks.JSON200 == nil {
			return failed("list the tasks", err, tasks)
		}
		if tasks.JSON200.Items == nil || len(*tasks.JSON200.Items) == 0 {
			if err := pause(ctx, "the review"); err != nil {
				return err
			}
			continue
		}
		done, err := clerk.CompleteTaskWithResponse(ctx, (*tasks.JSON200.Items)[0].Id, &CompleteTaskParams{IdempotencyKey: rand.Text()},
			Completion{Outcome: "accept", Answer: map[string]any{"findings": []any{}}})
		if err != nil || done.JSON200 == nil {
			return failed("accept", err, done)
		}
		return nil
	}
}

// receive reads the receipt of the case, as soon as there is one.
func receive(ctx context.Context, applicant *ClientWithResponses, caseNo string) error {
	for {
		found, err := applicant.GetCaseWithResponse(ctx, caseNo)
		if err != nil || found.JSON200 == nil {
			return failed("read the case", err, found)
		}
		if documents := found.JSON200.Documents; documents != nil {
			for _, d := range *documents {
				if d.Kind != "filing_receipt" || d.State != "in_force" {
					continue
				}
				pdf, err := applicant.GetDocumentWithResponse(ctx, d.Id)
				if err != nil || !bytes.HasPrefix(pdf.Body, []byte("%PDF-")) {
					return failed("read the receipt", err, pdf)
				}
				return nil
			}
		}
		if err := pause(ctx, "the receipt"); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, what string) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait for %s: %w", what, ctx.Err())
	case <-time.After(200 * time.Millisecond):
		return nil
	}
}

// failed says what came instead of the answer.
func failed(what string, err error, answer interface {
	Status() string
	GetBody() []byte
}) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %s: %.500s", what, answer.Status(), answer.GetBody())
}
