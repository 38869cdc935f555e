package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures/published"
	"tuoyu/processes"
	"tuoyu/processes/procedure"
)

type procedurePublishCommand struct {
	Folders   []string `arg:"" name:"folder" help:"Folders of procedures."`
	ProposeAs string   `required:"" help:"Account that proposes the revisions."`
	ApproveAs string   `required:"" help:"Another account, that approves them."`
}

// errOneAccount is returned when a revision would be proposed and approved by one account.
var errOneAccount = errors.New("a revision is approved by another account than the one that proposes it")

// Run publishes a revision for each folder and prints a line for each; one that is published already stays.
func (c procedurePublishCommand) Run(ctx context.Context, out output) error {
	if c.ProposeAs == c.ApproveAs {
		return errOneAccount
	}
	return withProcedures(ctx, func(service *processes.Services) error {
		author := nursery.Principal{Account: c.ProposeAs, Role: nursery.RoleProcedureAuthor, County: nursery.CityCode}
		approver := nursery.Principal{Account: c.ApproveAs, Role: nursery.RoleProcedureApprover, County: nursery.CityCode}
		for _, folder := range c.Folders {
			archive, id, err := published.Pack(os.DirFS(folder))
			if err != nil {
				return fmt.Errorf("%s: %w", folder, err)
			}
			r, err := service.Revision(ctx, approver, id)
			if isCode(err, casework.CodeNotFound) {
				r, err = service.Propose(ctx, author, "publish/"+id, archive)
			}
			if err != nil {
				return refusal(out, folder, err)
			}
			word := "已经发布"
			if r.State != "published" {
				if r, err = service.Decide(ctx, approver, "publish/"+id, r.ID, procedure.RevisionVerdict{Publish: true}); err != nil {
					return refusal(out, folder, err)
				}
				word = "发布"
			}
			fmt.Fprintf(out, "%s: %s %s %s %s\n", folder, word, r.Title, r.Label, r.ID[:12])
		}
		return nil
	})
}

type procedureListCommand struct{}

// Run lists the revisions, the newest first.
func (procedureListCommand) Run(ctx context.Context, out output) error {
	return withProcedures(ctx, func(service *processes.Services) error {
		reader := nursery.Principal{Account: operator.Account, Role: nursery.RoleProcedureApprover, County: nursery.CityCode}
		page, err := procedure.Revisions.Page(ctx, service.Service, reader, procedure.RevisionFilter{}, casework.PageRequest{Limit: 100})
		if err != nil {
			return err
		}
		for _, r := range page.Items {
			fmt.Fprintf(out, "%s  %s  %s  %s  %s  %s\n", r.ID[:12], r.Kind, r.Label, r.From, r.StateTitle, r.ProposedAt.In(nursery.Shanghai).Format(time.DateTime))
		}
		return nil
	})
}

type procedurePreviewCommand struct {
	Folder string `arg:"" help:"Folder of a procedure."`
}

// Run prints what publishing the folder would change: for the procedure, and for stored cases.
func (c procedurePreviewCommand) Run(ctx context.Context, out output) error {
	return withProcedures(ctx, func(service *processes.Services) error {
		archive, _, err := published.Pack(os.DirFS(c.Folder))
		if err != nil {
			return fmt.Errorf("%s: %w", c.Folder, err)
		}
		author := nursery.Principal{Account: operator.Account, Role: nursery.RoleProcedureAuthor, County: nursery.CityCode}
		report, err := service.PreviewFiles(ctx, author, archive)
		if err != nil {
			return refusal(out, c.Folder, err)
		}
		fmt.Fprintf(out, "%s: %s，%d 个场景走过 %d 种走法\n", c.Folder, report.Summary, report.Scenarios, report.Transitions)
		for _, problem := range report.Problems {
			fmt.Fprintln(out, problem)
		}
		for _, change := range report.Changes {
			fmt.Fprintln(out, change)
		}
		fmt.Fprintf(out, "比较了 %d 件办件、%d 次裁定，有 %d 处不同\n", report.Preview.Cases, report.Preview.Decisions, len(report.Preview.Differ)+report.Preview.More)
		for _, d := range report.Preview.Differ {
			fmt.Fprintf(out, "%s  %s\n", d.CaseNo, d.Text)
		}
		return nil
	})
}

// withProcedures runs do with the service and the published revisions.
func withProcedures(ctx context.Context, do func(*processes.Services) error) error {
	s, err := settingsFromEnvironment("calendar")
	if err != nil {
		return err
	}
	service, done, err := openService(ctx, s)
	if err != nil {
		return err
	}
	defer done()
	return do(service)
}

func isCode(err error, code string) bool {
	var refused *casework.Error
	return errors.As(err, &refused) && refused.Code == code
}

// refusal prints every problem of a folder that the service refused.
func refusal(out output, folder string, err error) error {
	var refused *casework.Error
	if !errors.As(err, &refused) {
		return fmt.Errorf("%s: %w", folder, err)
	}
	for _, f := range refused.Fields {
		fmt.Fprintf(out, "%s%s: %s\n", folder, f.Location, f.Message)
	}
	return fmt.Errorf("%s: %s", folder, refused.Message)
}
