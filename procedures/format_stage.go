package procedures

// stageFile is a stage of procedure.yaml: exactly one of the eight verbs is set.
type stageFile struct {
	At       place
	Name     text          `yaml:"." is:"id"`
	Title    text          `yaml:"title" need:"yes" doc:"环节名称"`
	Next     text          `yaml:"next" doc:"给申请人的话：接下来会怎样"`
	Do       []effectFile  `yaml:"do" doc:"进入环节时做的事，按先后"`
	Ask      *askFile      `yaml:"ask" doc:"请一个人办理"`
	Decide   text          `yaml:"decide" doc:"由规则裁定：规则集"`
	Collect  *collectFile  `yaml:"collect" doc:"收集成批填报，直到报送、够数或者到时"`
	Publish  *publishFile  `yaml:"publish" doc:"公示若干日，可以提出异议"`
	Pay      *payFile      `yaml:"pay" doc:"拨付裁定的金额"`
	Open     *openFile     `yaml:"open" doc:"发起下级办件"`
	Wait     *waitFile     `yaml:"wait" doc:"等一个日期、若干工作日或者一个事件"`
	Together *togetherFile `yaml:"together" doc:"并行办理若干分支"`
	On       []target      `yaml:"on" doc:"裁定结果转到哪里，只与 decide 同用"`
	Routes   []target      `yaml:"routes" doc:"规则给出去向时转到哪里，只与 decide 同用"`
}

// target is where a result leads.
type target struct {
	Name text `yaml:"." is:"id"`
	To   text `yaml:"="`
}

// effectFile is one thing that is done when a stage is entered.
type effectFile struct {
	At     place
	Clock  text `yaml:"clock" doc:"时限"`
	Turn   text `yaml:"turn" is:"start|stop" doc:"时限开始或者停止"`
	Tell   text `yaml:"tell" is:"gaps|notice" doc:"告知申请人：gaps 一次性告知全部问题，notice 一般通知"`
	Paper  text `yaml:"paper" doc:"出具的文书，papers 里的文件名"`
	Decide text `yaml:"decide" doc:"按规则集裁定，供这里的办理人参考"`
	Effect text `yaml:"effect" is:"path" doc:"程序里登记的动作，needs 里要写版本"`
	Emit   text `yaml:"emit" is:"path" doc:"向同一对象的其他办件发事件"`
}

type askFile struct {
	At          place
	Task        text             `yaml:"task" need:"yes" is:"id" doc:"任务代码"`
	Title       text             `yaml:"title" doc:"任务名称，不写用环节名称"`
	Role        text             `yaml:"role" need:"yes" doc:"谁办理"`
	Form        text             `yaml:"form" need:"yes" doc:"办理时填的表单"`
	Exclude     []text           `yaml:"exclude" doc:"谁不能办理：submitter 或者 任务.actor"`
	Only        []text           `yaml:"only" doc:"只由谁办理：submitter 或者 任务.actor"`
	Countersign *countersignFile `yaml:"countersign" doc:"由第二个人核签"`
	Clock       text             `yaml:"clock" doc:"按哪个时限到期"`
	Days        quantity         `yaml:"days" doc:"几个工作日内办理"`
	Within      *withinFile      `yaml:"within" doc:"多少分钟内办理"`
	NoLimit     text             `yaml:"no_limit" doc:"没有期限的理由"`
	Remind      quantity         `yaml:"remind" doc:"没有期限的，几个工作日后提醒"`
	Overdue     text             `yaml:"overdue" doc:"逾期时还告知哪个角色"`
	Silence     *silenceFile     `yaml:"silence" doc:"到期后再过多久没有答复，转到哪里"`
	Offer       *offerFile       `yaml:"offer" doc:"按裁定结果，可以选哪些办理结果"`
	On          []target         `yaml:"on" need:"yes" doc:"办理结果转到哪里"`
}

type withinFile struct {
	At      place
	Minutes quantity `yaml:"minutes" need:"yes" doc:"分钟数"`
}

type silenceFile struct {
	At      place
	Days    quantity `yaml:"days" doc:"到期后几个工作日"`
	Minutes quantity `yaml:"minutes" doc:"到期后多少分钟"`
	To      text     `yaml:"to" need:"yes" doc:"转到哪里"`
}

type offerFile struct {
	At      place
	Of      text   `yaml:"of" doc:"按哪个规则集的裁定，不写为本环节 do 里最后一个"`
	Pass    []text `yaml:"pass" need:"yes" doc:"符合时可以选的"`
	Fail    []text `yaml:"fail" need:"yes" doc:"不符合时可以选的"`
	Unknown []text `yaml:"unknown" need:"yes" doc:"无法判断时可以选的"`
}

type countersignFile struct {
	At       place
	Task     text     `yaml:"task" need:"yes" is:"id" doc:"核签任务的代码"`
	Title    text     `yaml:"title" doc:"任务名称"`
	Role     text     `yaml:"role" need:"yes" doc:"谁核签"`
	Form     text     `yaml:"form" need:"yes" doc:"核签的表单"`
	Exclude  []text   `yaml:"exclude" need:"yes" doc:"谁不能核签，必须有第一个办理人"`
	Days     quantity `yaml:"days" need:"yes" doc:"几个工作日内核签"`
	Disagree text     `yaml:"disagree" need:"yes" doc:"不同意时转到哪里"`
}

type collectFile struct {
	At     place
	Rows   []text     `yaml:"rows" need:"yes" doc:"收集哪些行集"`
	Role   text       `yaml:"role" need:"yes" doc:"谁填报"`
	Until  momentFile `yaml:"until" need:"yes" doc:"到什么时候为止"`
	Enough quantity   `yaml:"enough" doc:"够多少行就可以结束"`
	Most   number     `yaml:"most" doc:"最多报送多少次，不写为 200"`
	On     []target   `yaml:"on" need:"yes" doc:"sent 已报送，reached 到时"`
}

type publishFile struct {
	At        place
	Paper     text           `yaml:"paper" need:"yes" doc:"公示的文书"`
	Days      quantity       `yaml:"days" doc:"公示几个工作日"`
	Calendar  quantity       `yaml:"calendar_days" doc:"公示几个日历日；两种都写的，都要满足"`
	FirstDay  choice         `yaml:"first_day" doc:"公布当日是否计入，不写为不计入"`
	Hide      []text         `yaml:"hide" doc:"不公示的字段"`
	Objection *objectionFile `yaml:"objection" need:"yes" doc:"谁可以提出异议"`
	On        []target       `yaml:"on" need:"yes" doc:"quiet 无异议，objected 有异议"`
}

type objectionFile struct {
	At   place
	Role text `yaml:"role" need:"yes" doc:"谁可以提出"`
	Form text `yaml:"form" need:"yes" doc:"异议的表单"`
}

type payFile struct {
	At      place
	Title   text     `yaml:"title" doc:"任务名称，不写用环节名称"`
	Amount  text     `yaml:"amount" need:"yes" doc:"金额：规则集.fen"`
	Fund    text     `yaml:"fund" need:"yes" is:"id" doc:"资金"`
	Role    text     `yaml:"role" need:"yes" doc:"谁拨付"`
	Form    text     `yaml:"form" need:"yes" doc:"拨付的表单"`
	Exclude []text   `yaml:"exclude" need:"yes" doc:"谁不能拨付，必须有全部审核人"`
	Days    quantity `yaml:"days" doc:"几个工作日内拨付"`
	Clock   text     `yaml:"clock" doc:"按哪个时限到期"`
	On      []target `yaml:"on" need:"yes" doc:"paid 已拨付，bounced 被退回，duplicate 同一期间已经拨付过或者正在拨付"`
}

type openFile struct {
	At        place
	Procedure text       `yaml:"procedure" need:"yes" is:"id" doc:"下级办件的事项"`
	Each      text       `yaml:"each" doc:"每个什么一件：institution、county 或者行集；不写为一件"`
	Wait      text       `yaml:"wait" need:"yes" is:"all|any|none" doc:"等全部办完、等任一办完、不等"`
	Until     momentFile `yaml:"until" doc:"最多等到什么时候"`
	Most      number     `yaml:"most" doc:"最多发起多少件，不写为 400"`
	On        []target   `yaml:"on" need:"yes" doc:"all 或者 any 已办完，reached 到时；不等的写 opened"`
}

type waitFile struct {
	At      place
	Until   momentFile `yaml:"until" doc:"等到哪一天"`
	Days    quantity   `yaml:"days" doc:"等几个工作日"`
	Event   text       `yaml:"event" is:"path" doc:"等哪个事件"`
	NoLimit text       `yaml:"no_limit" doc:"等事件而没有期限的理由"`
	On      []target   `yaml:"on" need:"yes" doc:"reached 已到，event 事件发生，late 事件逾期未到"`
}

type togetherFile struct {
	At       place
	Join     text         `yaml:"join" need:"yes" is:"all|any" doc:"全部分支办完，或者任一分支办完"`
	Branches []branchFile `yaml:"branches" need:"yes" doc:"分支"`
	On       []target     `yaml:"on" need:"yes" doc:"joined 已汇合"`
}

type branchFile struct {
	At     place
	Name   text        `yaml:"." is:"id"`
	Title  text        `yaml:"title" need:"yes" doc:"分支名称"`
	To     text        `yaml:"to" need:"yes" doc:"分支的第一个环节"`
	Stages []stageFile `yaml:"stages" need:"yes" doc:"分支的环节；转到 joined 就是本分支办完"`
}

// momentFile is a day: a date of the facts, the end of the case's period and some working days, or some working days after the
// entry into the stage.
type momentFile struct {
	At    place
	Path  text     `yaml:"*" is:"path"`
	EndOf text     `yaml:"end_of" is:"month|quarter|half_year|year" doc:"哪个周期结束；不写从进入环节算起"`
	Days  quantity `yaml:"days" doc:"再过几个工作日"`
}
