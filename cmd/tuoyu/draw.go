package main

import (
	"errors"
	"fmt"
	"os"

	"tuoyu/draw"
)

type drawCommands struct {
	Verify drawVerifyCommand `cmd:"" help:"Draw again from a published record and say whether it agrees; exit 1 when it does not. Needs no settings and no network."`
}

type drawVerifyCommand struct {
	File string `arg:"" type:"existingfile" help:"JSON of GET /api/v1/inspection-plans/{case_no}/published."`
}

// errDiffers is returned by a verification that found differences, which have been printed.
var errDiffers = errors.New("the record does not agree with the draw")

// Run repeats the draw and prints 一致, or each difference.
func (c drawVerifyCommand) Run(out output) error {
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	record, err := draw.Parse(raw)
	if err != nil {
		return fmt.Errorf("%s: not a record of a draw: %w", c.File, err)
	}
	v := draw.Verify(record)
	for _, difference := range v.Differences {
		fmt.Fprintf(out, "不一致  %s\n", difference)
	}
	if len(v.Differences) > 0 {
		return errDiffers
	}
	in := record.Committed.Input
	fmt.Fprintf(out, "一致  %s 承诺值 %s：受检机构 %d 家，不列入 %d 家，检查人员 %d 名\n", record.CaseNo, record.Commitment, len(in.Candidates), len(in.Exclusions), len(in.Inspectors))
	if v.Pairs {
		fmt.Fprintf(out, "一致  例行检查 %d 家的指派\n", len(record.Pairs))
	} else {
		fmt.Fprintln(out, "尚未抽取")
	}
	if v.Random {
		fmt.Fprintf(out, "一致  随机抽查 %d 家\n", len(record.Random))
	} else if v.Pairs {
		fmt.Fprintf(out, "随机抽查 %d 家，半年度结束后公开\n", in.RandomSize)
	}
	return nil
}
