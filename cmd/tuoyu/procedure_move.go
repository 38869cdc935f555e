package main

import (
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes"
	"tuoyu/processes/procedure"
)

type procedureMoveCommand struct {
	Revision string   `arg:"" help:"Identifier of a published revision with running: forward or map."`
	Cases    []string `arg:"" optional:"" name:"case" help:"Case numbers; without any, every running case of the procedure under another plan."`
	As       string   `required:"" help:"Account of a procedure approver, which the timeline names."`
	Reason   string   `required:"" help:"Why the cases are moved, which the timeline shows."`
}

// Run moves the cases and prints a line for each: moved, to be moved when the engine is available, or why it stays. It returns an error
// when one stays.
func (c procedureMoveCommand) Run(ctx context.Context, out output) error {
	return withProcedures(ctx, func(service *processes.Services) error {
		approver := nursery.Principal{Account: c.As, Role: nursery.RoleProcedureApprover, County: nursery.CityCode}
		stay := 0
		move := func(caseNo string) error {
			done, err := service.Move(ctx, approver, "move/"+c.Revision+"/"+caseNo, caseNo, procedure.MoveInput{Revision: c.Revision, Reason: c.Reason})
			switch {
			case isCode(err, procedure.CodeNotMoved):
				stay++
				fmt.Fprintf(out, "%s: %s\n", caseNo, err)
			case err != nil:
				return fmt.Errorf("%s: %w", caseNo, err)
			case done.Delivered:
				fmt.Fprintf(out, "%s: 已转移\n", caseNo)
			default:
				fmt.Fprintf(out, "%s: 系统恢复后自动转移\n", caseNo)
			}
			return nil
		}
		for _, caseNo := range c.Cases {
			if err := move(caseNo); err != nil {
				return err
			}
		}
		list := service.CasesToMove()
		for page := (casework.PageRequest{Limit: list.Most}); len(c.Cases) == 0; {
			found, err := list.Page(ctx, service.Service, approver, procedure.RevisionCases{Revision: c.Revision}, page)
			if err != nil {
				return err
			}
			for _, of := range found.Items {
				if err := move(of.CaseNo); err != nil {
					return err
				}
			}
			if page.After = found.Next; page.After == "" {
				break
			}
		}
		if stay > 0 {
			return fmt.Errorf("%d cases stay under their revision", stay)
		}
		return nil
	})
}
