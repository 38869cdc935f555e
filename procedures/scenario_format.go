package procedures

// scenarioFile is a file of tests/: a case from its beginning, step by step.
type scenarioFile struct {
	At       place
	Scenario text       `yaml:"scenario" need:"yes" doc:"这个场景说的是什么"`
	County   text       `yaml:"county" is:"county" doc:"县区代码"`
	Received date       `yaml:"received" doc:"收到申请的日期"`
	Params   []paramSet `yaml:"params" doc:"这个场景里另设的参数，参数: 值；没有公布的写 null"`
	Register anything   `yaml:"institution" doc:"名册上的机构情况，规则读作 institution"`
	Paid     flag       `yaml:"already_paid" doc:"到拨付时，同一期间已经拨付过"`
	Facts    anything   `yaml:"facts" need:"yes" doc:"申请表的内容"`
	Steps    []stepFile `yaml:"steps" need:"yes" doc:"一步一步"`
}

type paramSet struct {
	Name  text     `yaml:"." is:"path"`
	Value anything `yaml:"="`
}

type stepFile struct {
	At      place
	Expect  *expectFile      `yaml:"expect" doc:"这时应当是什么样"`
	Answer  *answerFile      `yaml:"answer" doc:"某人办理任务"`
	Days    number           `yaml:"days" doc:"过若干工作日"`
	Minutes number           `yaml:"minutes" doc:"过若干分钟"`
	Event   text             `yaml:"event" is:"path" doc:"收到一个事件"`
	Rows    *rowsStep        `yaml:"rows" doc:"填报若干行"`
	Anytime *anytimeStepFile `yaml:"anytime" doc:"做一件随时可以做的事"`
	Goes    []target         `yaml:"goes" doc:"环节以哪个结果走下去，环节: 结果"`
}

type expectFile struct {
	At         place
	Stage      text          `yaml:"stage" doc:"所在环节"`
	Task       text          `yaml:"task" doc:"打开的任务"`
	Offer      []text        `yaml:"offer" doc:"可以选的结果"`
	Holder     text          `yaml:"holder" doc:"轮到哪个角色"`
	Due        date          `yaml:"due" doc:"到期日"`
	Paper      text          `yaml:"paper" doc:"已出具的文书"`
	Clocks     []clockState  `yaml:"clocks" doc:"时限: running、paused 或者 stopped"`
	Payment    number        `yaml:"payment" doc:"应付金额，分"`
	Indicators []figureState `yaml:"indicators" doc:"指标: 数值"`
}

type clockState struct {
	Name  text `yaml:"."`
	State text `yaml:"=" is:"running|paused|stopped"`
}

type figureState struct {
	Name  text   `yaml:"."`
	Value number `yaml:"="`
}

type answerFile struct {
	At      place
	Task    text     `yaml:"task" need:"yes" doc:"任务"`
	As      text     `yaml:"as" doc:"谁办理；不写为任意一个可以办理的人"`
	Outcome text     `yaml:"outcome" need:"yes" doc:"办理结果"`
	Form    anything `yaml:"form" doc:"填的内容"`
}

type rowsStep struct {
	At    place
	Set   text     `yaml:"set" need:"yes" doc:"行集；异议写 objection"`
	Write anything `yaml:"write" need:"yes" doc:"各行的内容"`
}

type anytimeStepFile struct {
	At   place
	Name text     `yaml:"name" need:"yes" doc:"anytime 里的名称"`
	As   text     `yaml:"as" doc:"谁做"`
	Form anything `yaml:"form" doc:"填的内容"`
}
