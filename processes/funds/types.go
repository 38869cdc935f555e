package funds

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/store"
)

// NewFund is a fund as it was received.
type NewFund struct {
	Source     ledger.Source `json:"source" enum:"central,province,city,county" doc:"资金来源"`
	Title      string        `json:"title" minLength:"2" maxLength:"100" doc:"名称" example:"托育服务发展专项资金"`
	Document   string        `json:"document" minLength:"2" maxLength:"100" doc:"下达文件文号" example:"示例〔2026〕1号"`
	DocumentOn nursery.Date  `json:"document_on" doc:"文件日期" example:"2026-03-02"`
	Purposes   []string      `json:"purposes" minItems:"1" maxItems:"20" doc:"准许的用途（专款专用）" example:"[\"rent_relief\"]"`
	Year       int           `json:"year" minimum:"2020" maximum:"2100" doc:"年度" example:"2026"`
	Fen        int64         `json:"fen" minimum:"1" doc:"金额, 分" example:"10000000"`
}

// Moved is money of a fund that goes to a county or comes from it.
type Moved struct {
	County   string `json:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码" example:"140403"`
	Fen      int64  `json:"fen" minimum:"1" doc:"金额, 分" example:"1000000"`
	Document string `json:"document" minLength:"2" maxLength:"100" doc:"文件文号" example:"示例〔2026〕2号"`
}

// TakenBack is money of a fund that comes from a county: what it did not use, or what came back from payees.
type TakenBack struct {
	County   string `json:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码" example:"140403"`
	Fen      int64  `json:"fen" minimum:"1" doc:"金额, 分" example:"1000000"`
	Document string `json:"document" minLength:"2" maxLength:"100" doc:"文件文号" example:"示例〔2026〕2号"`
	From     string `json:"from" enum:"free,reclaimed" doc:"收回什么：free 未使用的，reclaimed 已追回的" example:"free"`
}

// Balances are the balances of a fund, or of a county in it, in fen.
type Balances struct {
	County      string       `json:"county,omitempty" doc:"县区；全市合计没有"`
	CountyName  string       `json:"county_name" doc:"县区名称"`
	Unallocated casework.Fen `json:"unallocated" doc:"未下达，分"`
	Free        casework.Fen `json:"free" doc:"可用，分"`
	Committed   casework.Fen `json:"committed" doc:"待拨付，分"`
	Sent        casework.Fen `json:"sent" doc:"银行办理中，分"`
	Paid        casework.Fen `json:"paid" doc:"已拨付未追回，分"`
	Reclaimed   casework.Fen `json:"reclaimed" doc:"已追回未收回，分"`
}

// add adds the balance of an account.
func (b *Balances) add(a store.FundAccount) {
	fen := casework.Fen(a.Balance)
	switch a.Kind {
	case "unallocated":
		b.Unallocated += fen
	case "free":
		b.Free += fen
	case "committed":
		b.Committed += fen
	case "sent":
		b.Sent += fen
	case "paid":
		b.Paid += fen
	case "reclaimed":
		b.Reclaimed += fen
	}
}

// Fund is a fund with the balances that the reader sees.
type Fund struct {
	ID          int64         `json:"id" doc:"编号"`
	Source      ledger.Source `json:"source" doc:"资金来源"`
	SourceTitle string        `json:"source_title" doc:"资金来源名称"`
	Title       string        `json:"title" doc:"名称"`
	Document    string        `json:"document" doc:"下达文件文号"`
	DocumentOn  nursery.Date  `json:"document_on" doc:"文件日期"`
	Purposes    []string      `json:"purposes" doc:"准许的用途"`
	PurposeText string        `json:"purpose_titles" doc:"准许的用途名称"`
	Year        int           `json:"year" doc:"年度"`
	Amount      casework.Fen  `json:"amount" doc:"金额，分"`
	Sum         Balances      `json:"sum" doc:"合计：市级为全市，县区为本县区"`
	Counties    []Balances    `json:"counties,omitempty" doc:"各县区"`
	CreatedBy   string        `json:"created_by" doc:"登记人"`
	CreatedAt   time.Time     `json:"created_at" doc:"登记时间"`
}

// FundFilter narrows the list of funds.
type FundFilter struct {
	Purpose string `query:"purpose" maxLength:"60" doc:"用途"`
}

// Posting is one movement of money.
type Posting struct {
	ID         int64        `json:"id" doc:"编号"`
	Kind       string       `json:"kind" doc:"种类"`
	KindTitle  string       `json:"kind_title" doc:"种类名称"`
	County     string       `json:"county,omitempty" doc:"县区"`
	CountyName string       `json:"county_name,omitempty" doc:"县区名称"`
	Fen        casework.Fen `json:"fen" doc:"金额，分"`
	Payment    int64        `json:"payment,omitempty" doc:"拨付编号"`
	Actor      string       `json:"actor" doc:"经办"`
	Reference  string       `json:"reference,omitempty" doc:"凭据"`
	At         time.Time    `json:"at" doc:"时间"`
}

// postingTitles are the kinds of posting.
var postingTitles = map[string]string{
	"create": "入账", "allocate": "下达", "take_back": "收回未使用", "commit": "占用", "release": "释放", "send": "送银行", "pay": "拨付",
	"bounce": "退回", "reclaim": "追回", "restore": "收回已追回",
}

// PostingFilter narrows the postings of a fund.
type PostingFilter struct {
	Fund   int64  `path:"id" minimum:"1" doc:"资金编号"`
	County string `query:"county" pattern:"^(1404[0-9]{2})?$" patternDescription:"县区代码" doc:"县区"`
	Kind   string `query:"kind" maxLength:"20" doc:"种类"`
}

// Payment is a payment in a list.
type Payment struct {
	ID           int64        `json:"id" doc:"编号"`
	Reference    string       `json:"reference" doc:"拨付编号，银行文件中使用" example:"ZF00000012"`
	CaseNo       string       `json:"case_no" doc:"办件编号"`
	County       string       `json:"county" doc:"县区"`
	CountyName   string       `json:"county_name" doc:"县区名称"`
	Institution  string       `json:"institution" doc:"收款机构编号"`
	Name         string       `json:"institution_name" doc:"收款机构"`
	Purpose      string       `json:"purpose" doc:"用途"`
	PurposeTitle string       `json:"purpose_title" doc:"用途名称"`
	Item         string       `json:"item,omitempty" doc:"对象"`
	Period       string       `json:"period,omitempty" doc:"期间"`
	Fen          casework.Fen `json:"fen" doc:"金额，分"`
	Decision     string       `json:"decision" doc:"核定金额的裁定"`
	Fund         *int64       `json:"fund,omitempty" doc:"资金编号"`
	FundTitle    string       `json:"fund_title,omitempty" doc:"资金名称"`
	State        ledger.State `json:"state" doc:"状态"`
	StateTitle   string       `json:"state_title" doc:"状态名称"`
	Run          string       `json:"run,omitempty" doc:"拨付批次"`
	AskedAt      time.Time    `json:"asked_at" doc:"核定时间"`
	SettledOn    nursery.Date `json:"settled_on,omitzero" doc:"银行办理日期"`
	Receipt      string       `json:"receipt,omitempty" doc:"银行流水号"`
	Reason       string       `json:"reason,omitempty" doc:"退回或者取消的原因"`
	Reclaimed    casework.Fen `json:"reclaimed" doc:"已追回，分"`
}

func paymentOf(row store.Payment, fund string) Payment {
	p := Payment{
		ID: row.ID, Reference: referenceOf(row.ID), CaseNo: row.CaseNo, County: row.County, CountyName: nursery.CountyName(row.County),
		Institution: row.Institution, Purpose: row.Purpose, PurposeTitle: nursery.Purpose(row.Purpose).Title(), Item: row.Item, Period: row.Period,
		Fen: casework.Fen(row.Fen), Decision: row.Decision, Fund: row.Fund, FundTitle: fund, State: ledger.State(row.State),
		StateTitle: ledger.State(row.State).Title(), AskedAt: row.AskedAt, SettledOn: row.SettledOn, Receipt: row.Receipt, Reason: row.Reason,
		Reclaimed: casework.Fen(row.Reclaimed),
	}
	if row.Run != nil {
		p.Run = *row.Run
	}
	return p
}

func (p *Payment) parties() []casework.Party {
	return []casework.Party{{ID: p.Institution, Name: &p.Name}}
}

// referenceOf is how the bank file and the return file call a payment.
func referenceOf(id int64) string { return fmt.Sprintf("ZF%08d", id) }

var referenceForm = regexp.MustCompile(`^ZF([0-9]{8,18})$`)

// paymentOfReference reads a reference; 0 if it is none.
func paymentOfReference(text string) int64 {
	parts := referenceForm.FindStringSubmatch(text)
	if parts == nil {
		return 0
	}
	id, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// PaymentFilter narrows the list of payments.
type PaymentFilter struct {
	County  string       `query:"county" pattern:"^(1404[0-9]{2})?$" patternDescription:"县区代码" doc:"县区；县区角色可不填"`
	State   ledger.State `query:"state" enum:"unfunded,committed,sent,paid,bounced,cancelled" doc:"状态"`
	Purpose string       `query:"purpose" maxLength:"60" doc:"用途"`
	Run     string       `query:"run" maxLength:"40" doc:"拨付批次"`
	Query   string       `query:"q" maxLength:"100" doc:"办件编号或机构名称"`
}
