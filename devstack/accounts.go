package main

import "fmt"

// cityCode is the division code of 长治市, carried by every city-wide account.
const cityCode = "140400"

// institutionsPerCounty is the number of institution accounts of each county.
const institutionsPerCounty = 24

// county is one county of the city, with its six-digit division code.
type county struct {
	Code string
	Name string
}

// counties are the twelve counties of 长治市, from the statistical division codes (统计用区划代码).
var counties = []county{
	{"140403", "潞州区"}, {"140404", "上党区"}, {"140405", "屯留区"}, {"140406", "潞城区"},
	{"140423", "襄垣县"}, {"140425", "平顺县"}, {"140426", "黎城县"}, {"140427", "壶关县"},
	{"140428", "长子县"}, {"140429", "武乡县"}, {"140430", "沁县"}, {"140431", "沁源县"},
}

// account is one account of the demonstration provider. Its name is a role code, never a person.
type account struct {
	Name        string `json:"name"`
	Role        string `json:"role"`
	County      string `json:"county"`
	Institution string `json:"institution,omitempty"`
	Registrar   string `json:"registrar,omitempty"`
	Title       string `json:"title"`
	Place       string `json:"place"`
	Shown       string `json:"shown,omitempty"`    // the name in tokens; empty: the account's own
	Disabled    bool   `json:"disabled,omitempty"` // can no longer sign in
}

// shown returns the account's name in tokens.
func (a account) shown() string {
	if a.Shown != "" {
		return a.Shown
	}
	return a.Name
}

// claims returns the claims about the account in access and ID tokens, in addition to its subject.
func (a account) claims() map[string]any {
	c := map[string]any{"name": a.shown(), "roles": []string{a.Role}, "county": a.County}
	if a.Institution != "" {
		c["institution"] = a.Institution
	}
	if a.Registrar != "" {
		c["registrar"] = a.Registrar
	}
	return c
}

// accounts lists every account, city first, then county by county in the order of the division codes.
func accounts() []account {
	list := []account{
		{Name: "city-office", Role: "city_office", Title: "市级主管部门"},
		{Name: "city-office-2", Role: "city_office", Title: "市级主管部门二"},
		{Name: "auditor", Role: "auditor", Title: "审计"},
		{Name: "administrator", Role: "administrator", Title: "系统管理员"},
		{Name: "city-finance", Role: "city_finance", Title: "市级财政部门"},
		{Name: "city-finance-2", Role: "city_finance", Title: "市级财政部门二"},
		{Name: "procedure-author", Role: "procedure_author", Title: "事项编制人员"},
		{Name: "procedure-author-2", Role: "procedure_author", Title: "事项编制人员二"},
		{Name: "procedure-approver", Role: "procedure_approver", Title: "事项审批人员"},
		{Name: "procedure-approver-2", Role: "procedure_approver", Title: "事项审批人员二"},
		{Name: "insurer", Role: "insurer", Institution: "insurer-01", Title: "承保机构"},
		{Name: "insurer-2", Role: "insurer", Institution: "insurer-02", Title: "承保机构二"},
	}
	for i := range list {
		list[i].County, list[i].Place = cityCode, "长治市"
	}
	for _, c := range counties {
		list = append(list, countyAccounts(c)...)
	}
	return list
}

func countyAccounts(c county) []account {
	list := []account{
		{Name: "clerk-" + c.Code, Role: "clerk", Title: "备案经办人"},
		{Name: "clerk-" + c.Code + "-2", Role: "clerk", Title: "备案经办人二"},
		{Name: "supervisor-" + c.Code, Role: "supervisor", Title: "科室负责人"},
		{Name: "inspector-" + c.Code, Role: "inspector", Title: "检查员"},
		{Name: "inspector-" + c.Code + "-2", Role: "inspector", Title: "检查员二"},
		{Name: "inspector-" + c.Code + "-3", Role: "inspector", Title: "检查员三"},
		{Name: "inspector-" + c.Code + "-4", Role: "inspector", Title: "检查员四"},
		{Name: "hospital-" + c.Code, Role: "hospital", Institution: "hosp-" + c.Code, Title: "妇幼保健机构"},
		{Name: "clinic-" + c.Code + "-1", Role: "hospital", Institution: "clinic-" + c.Code + "-1", Title: "基层医疗卫生机构一"},
		{Name: "clinic-" + c.Code + "-2", Role: "hospital", Institution: "clinic-" + c.Code + "-2", Title: "基层医疗卫生机构二"},
		{Name: "county-office-" + c.Code, Role: "county_office", Title: "县级主管部门"},
		{Name: "finance-" + c.Code, Role: "finance", Title: "财政部门"},
		{Name: "finance-" + c.Code + "-2", Role: "finance", Title: "财政部门二"},
		{Name: "registrar-staffing-" + c.Code, Role: "registrar", Registrar: "staffing", Title: "机构编制部门"},
		{Name: "registrar-civil-" + c.Code, Role: "registrar", Registrar: "civil_affairs", Title: "民政部门"},
		{Name: "registrar-market-" + c.Code, Role: "registrar", Registrar: "market", Title: "市场监管部门"},
	}
	for n := 1; n <= institutionsPerCounty; n++ {
		list = append(list, account{
			Name:        fmt.Sprintf("institution-%s-%02d", c.Code, n),
			Role:        "institution",
			Institution: fmt.Sprintf("inst-%s-%02d", c.Code, n),
			Title:       fmt.Sprintf("托育机构%02d", n),
		})
	}
	for i := range list {
		list[i].County, list[i].Place = c.Code, c.Name
	}
	return list
}
