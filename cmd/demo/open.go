package main

import (
	"context"
	"fmt"
	"path/filepath"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// leaveOpen leaves cases at three desks, so that who looks around finds work in the inboxes. Where a county has no
// account left to file with, earlier runs have left enough.
func (s *stage) leaveOpen(ctx context.Context) error {
	fmt.Fprintf(s.out, "\n—— 留给您办理的办件 ——\n")
	for _, left := range []struct {
		application, kind, what string
		until                   func(*scene, context.Context, *roleplay.Applicant, string) error
	}{
		{"public_comprehensive", "filing.review", "待 %s 核对材料", nil},
		{"eleven_gaps", "filing.registration", "待 %s 核验登记信息", nil},
		{"other", "filing.site_visit", "待 %s 现场核查", (*scene).acceptWaiting},
	} {
		sc := &scene{stage: s, folder: filepath.Join(s.folder, "open")}
		a, err := sc.applicant(ctx, left.application)
		if err != nil {
			fmt.Fprintf(s.out, "          %s\n", oneLine(err))
			continue
		}
		if left.kind != "filing.registration" {
			if err := sc.register(ctx, a, a.Registration); err != nil {
				return err
			}
		}
		caseNo, err := sc.file(ctx, a, left.application)
		if err != nil {
			return err
		}
		if left.until != nil {
			if err := left.until(sc, ctx, a, caseNo); err != nil {
				return err
			}
		}
		who := a.Clerk()
		if left.kind == "filing.site_visit" {
			who = a.Inspector(1)
		}
		task, err := who.AwaitTask(ctx, caseNo, left.kind)
		if err != nil {
			return err
		}
		sc.say(nil, fmt.Sprintf(left.what, who.Account)+"，期限 "+task.DueOn.String(), "")
	}
	return nil
}

// acceptWaiting accepts the papers and leaves the site to be visited.
func (sc *scene) acceptWaiting(ctx context.Context, a *roleplay.Applicant, caseNo string) error {
	return sc.answer(ctx, a.Clerk(), caseNo, "filing.review", nursery.OutcomeAccept, roleplay.Review{Findings: []roleplay.Finding{}},
		"材料齐全，予以受理", measures+"第九条")
}
