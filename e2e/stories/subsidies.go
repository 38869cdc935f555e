package stories

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/procedures/library"
	"tuoyu/procedures/published"
)

const (
	project5 = "实施方案项目5"
	project6 = "实施方案项目6"
	penalty  = "财政违法行为处罚处分条例第十四条"
)

// Subsidies lists the stories about money: a rent relief, a quarter of child-months, and the award to counties. Each publishes its
// procedure first.
func Subsidies() []Story {
	return []Story{
		{"rent-relief", "租金减免：补正、异议不成立、一笔被银行退回、其后追回", rentRelief},
		{"child-months", "一季度的按人月补助：系统拟出，三十家机构确认，公示后拨付", childMonths},
		{"county-award", "县区奖补：三个维度评定名次，公示后公布", countyAward},
	}
}

// publish publishes a procedure of the library by two people.
func (sc *scene) publish(ctx context.Context, kind string) error {
	files, err := library.Procedure(kind)
	if err != nil {
		return err
	}
	archive, id, err := published.Pack(files)
	if err != nil {
		return fmt.Errorf("pack %s: %w", kind, err)
	}
	if err := sc.Users.Publish(ctx, sc.key(), kind, id, archive); err != nil {
		return err
	}
	sc.say(sc.Users.As("procedure-approver"), "审批发布事项 "+kind+"，由另一人编制", "")
	return nil
}

// funded registers a fund for a purpose and allocates all of it to counties in equal shares.
func (sc *scene) funded(ctx context.Context, purpose nursery.Purpose, fen int64, counties ...string) (roleplay.Fund, error) {
	city, today := sc.Users.As("city-finance"), nursery.DateOf(time.Now())
	fund, err := city.CreateFund(ctx, sc.key(), "托育服务发展专项资金（示例）", today, fen*int64(len(counties)), string(purpose))
	if err != nil {
		return fund, err
	}
	for _, county := range counties {
		if err := city.Allocate(ctx, sc.key(), fund.ID, county, fen); err != nil {
			return fund, err
		}
		sc.say(city, "下达"+nursery.CountyName(county)+yuan(fen)+"，专款专用："+purpose.Title(), "")
	}
	return fund, nil
}

// reconciled prints the balances of a fund and fails unless they add up to its amount.
func (sc *scene) reconciled(ctx context.Context, id int64) error {
	city := sc.Users.As("city-finance")
	f, err := city.Fund(ctx, id)
	if err != nil {
		return err
	}
	s := f.Sum
	if sum := s.Unallocated + s.Free + s.Committed + s.Sent + s.Paid + s.Reclaimed; sum != f.Amount {
		return fmt.Errorf("the balances of fund %d add up to %d fen of %d", id, sum, f.Amount)
	}
	sc.say(city, fmt.Sprintf("资金对账一致：收入%s，可用%s，已拨付%s，已追回%s", yuan(f.Amount), yuan(s.Free), yuan(s.Paid), yuan(s.Reclaimed)), "")
	return nil
}

// paid has the payments of cases of a county put into a run by one person of finance, approved by another, and settled by the
// bank's return file. bounced is why the bank did not pay one, by the number of its case. It returns the payments.
func (sc *scene) paid(ctx context.Context, county string, cases []string, bounced map[string]string) ([]roleplay.Payment, error) {
	first, second := sc.Users.As("finance-"+county), sc.Users.As("finance-"+county+"-2")
	payments, err := sc.ready(ctx, first, cases)
	if err != nil {
		return nil, err
	}
	run, err := first.DrawRun(ctx, sc.key(), payments)
	if err != nil {
		return nil, err
	}
	var sum int64
	for _, p := range payments {
		sum += p.Fen
	}
	sc.say(first, fmt.Sprintf("拟定拨付批次 %s：%d 笔，%s", run, len(payments), yuan(sum)), "")
	if err := second.ApproveRun(ctx, sc.key(), run); err != nil {
		return nil, err
	}
	file, err := second.BankFile(ctx, run)
	if err != nil {
		return nil, err
	}
	sc.say(second, fmt.Sprintf("核准批次，下载银行文件（%d 字节，读取留痕）", len(file)), "")
	settled, err := second.TakeReturns(ctx, sc.key(), run, roleplay.Returns(payments, bounced))
	if err != nil {
		return nil, err
	}
	if settled != len(payments) {
		return nil, fmt.Errorf("%d of %d payments of %s are settled", settled, len(payments), run)
	}
	sc.say(second, fmt.Sprintf("登记银行返回文件：已拨付 %d 笔，退回 %d 笔", settled-len(bounced), len(bounced)), "")
	return payments, nil
}

// ready waits until the payments of all the cases can be put into a run.
func (sc *scene) ready(ctx context.Context, who *roleplay.Actor, cases []string) ([]roleplay.Payment, error) {
	ctx, cancel := context.WithTimeout(ctx, roleplay.Patience)
	defer cancel()
	for {
		all, err := who.ReadyPayments(ctx)
		if err != nil {
			return nil, err
		}
		by := map[string]roleplay.Payment{}
		for _, p := range all {
			if p.Hindrance == "" {
				by[p.CaseNo] = p
			}
		}
		var list []roleplay.Payment
		for _, caseNo := range cases {
			if p, ok := by[caseNo]; ok {
				list = append(list, p)
			}
		}
		if len(list) == len(cases) {
			return list, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d payments can be put into a run after %s: %w", len(list), len(cases), roleplay.Patience, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// pass advances the clock of a case, whose publicity has begun, to some days after its last one.
func (sc *scene) pass(ctx context.Context, reader *roleplay.Actor, caseNo, county string, stage nursery.Stage, days int) error {
	if _, err := reader.Await(ctx, caseNo, roleplay.Stage(stage)); err != nil {
		return err
	}
	p, err := sc.published(ctx, caseNo, county)
	if err != nil {
		return err
	}
	return sc.skipTo(ctx, caseNo, p.LastOn.AddDays(days).In(nursery.Shanghai).Add(time.Hour))
}

// published returns what the public reads of a case, or what the offices of the counties are asked about.
func (sc *scene) published(ctx context.Context, caseNo, county string) (roleplay.Publicity, error) {
	list, err := sc.Users.As("").Publicity(ctx, county)
	if err != nil {
		return roleplay.Publicity{}, err
	}
	asked, err := sc.Users.As("county-office-140403").Consultations(ctx)
	if err != nil {
		return roleplay.Publicity{}, err
	}
	for _, p := range append(list, asked...) {
		if p.CaseNo == caseNo {
			return p, nil
		}
	}
	return roleplay.Publicity{}, fmt.Errorf("case %s is not published in %s", caseNo, county)
}

// object has anybody object to what is published of a case.
func (sc *scene) object(ctx context.Context, caseNo, text string) error {
	if err := sc.Users.As("").Object(ctx, rand.Text(), caseNo, text); err != nil {
		return err
	}
	sc.say(nil, "公众对公示提出异议，内容加密保存", "")
	return nil
}

// yuan writes an amount in fen.
func yuan(fen int64) string { return fmt.Sprintf("%d.%02d 元", fen/100, fen%100) }
