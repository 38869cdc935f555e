package offices

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"tuoyu/backtest"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/policies"
)

// mostCompared is the number of decisions that one request decides again, which takes some seconds.
const mostCompared = 5000

// listedAtMost is the number of differences that are listed on the page; the file has all of them.
const listedAtMost = 200

// BacktestInput asks which stored decisions other rules would make otherwise: those of an archive, or the present ones with another value
// of a parameter.
type BacktestInput struct {
	Archive          []byte       // a bundle of rules; empty for a changed parameter
	Parameter, Value string       // by its name, as in contract.reply_days
	County           string       // whose decisions are compared and whose parameter changes; empty for the whole city
	RuleSet          string       // only its decisions; empty for all
	From             nursery.Date // only decisions by the law of this day or later; zero for all
}

// BacktestResult is what would differ.
type BacktestResult struct {
	backtest.Report
	Differences []backtest.Difference // in the order of the case numbers
}

// Backtest decides the stored decisions of the caller's county, or of the city, again and returns those that would differ. It changes
// nothing, and reads at most five thousand. Errors: forbidden; invalid for an archive or a value that cannot be used.
func (s *Service) Backtest(ctx context.Context, p nursery.Principal, in BacktestInput) (BacktestResult, error) {
	if err := s.Authorize(ctx, p, "rules.backtest", casework.Resource{}); err != nil {
		return BacktestResult{}, err
	}
	if p.County != nursery.CityCode {
		in.County = p.County
	}
	rules, err := s.otherRules(ctx, in)
	if err != nil {
		return BacktestResult{}, err
	}
	result := BacktestResult{}
	filter := backtest.Filter{RuleSet: in.RuleSet, County: in.County, From: in.From, Most: mostCompared}
	result.Report, err = backtest.Run(ctx, s.DB, p, backtest.ByEngine(rules), filter, func(d backtest.Difference) error {
		result.Differences = append(result.Differences, d)
		return nil
	}, func(backtest.Report) {})
	return result, err
}

func (s *Service) otherRules(ctx context.Context, in BacktestInput) (*policies.Engine, error) {
	if len(in.Archive) > 0 {
		rules, err := policies.LoadArchive(ctx, in.Archive)
		if err != nil {
			return nil, notUsable("file", "规则包不能使用："+err.Error())
		}
		return rules, nil
	}
	if in.Parameter == "" {
		return nil, notUsable("file", "请选择规则包，或者选择要改的参数。")
	}
	if wrong := casework.NeedText("/value", in.Value, 200); wrong != nil {
		return nil, casework.NewError(casework.CodeInvalid, "请填写新值。", *wrong)
	}
	rules, err := s.Rules.With(ctx, in.County, map[string]any{in.Parameter: backtest.Value(in.Value)})
	switch {
	case errors.Is(err, policies.ErrParameter) && in.County != "":
		return nil, notUsable("/value", "这个值不能用：要与原来的类型相同，县区只能改严。")
	case errors.Is(err, policies.ErrParameter):
		return nil, notUsable("/value", "这个值不能用：要与原来的类型相同，也不能比县区已有的参数更严。")
	}
	return rules, err
}

func notUsable(field, message string) *casework.Error {
	return casework.NewError(casework.CodeInvalid, message, casework.FieldError{Location: field, Message: message})
}

// Parameters lists the parameters that are numbers as they are today in a county, or in the city if it is empty: others are changed in a
// bundle.
func (s *Service) Parameters(ctx context.Context, p nursery.Principal, county string) ([]policies.NamedParameter, error) {
	if err := s.Authorize(ctx, p, "rules.backtest", casework.Resource{}); err != nil {
		return nil, err
	}
	list, err := s.Rules.Parameters(s.Today(), county)
	return slices.DeleteFunc(list, func(n policies.NamedParameter) bool { _, number := n.Value.(json.Number); return !number }), err
}
