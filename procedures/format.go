package procedures

// The types of this file and of format_stage.go are the format of procedure.yaml. The reader and the JSON Schema for editors
// are both derived from them: `yaml` is the key of a field, "." the name of an entry of a mapping, "=" its value where that is
// a single one, "*" a value of either form; `need` marks what is required, `is` names a pattern or lists the values, and
// `doc` is what editors show.

// procedureFile is procedure.yaml.
type procedureFile struct {
	At          place
	Procedure   text            `yaml:"procedure" need:"yes" is:"id" doc:"事项代码，发布后不再改变"`
	Title       text            `yaml:"title" need:"yes" doc:"事项名称"`
	Summary     text            `yaml:"summary" doc:"给谁、给什么，一句话，在事项申请的列表里显示"`
	Prefix      text            `yaml:"prefix" need:"yes" is:"prefix" doc:"办件编号的类别，两个大写字母"`
	Label       text            `yaml:"label" need:"yes" doc:"给人看的版本名，如 2024-05"`
	From        date            `yaml:"from" need:"yes" doc:"从这一天起收到的申请按本版办理"`
	OpenUntil   date            `yaml:"open_until" doc:"这一天以后不再受理申请，已受理的继续办理"`
	Needs       needsFile       `yaml:"needs" doc:"本版需要的解释器和动作的版本"`
	Running     text            `yaml:"running" is:"stay|forward|map" doc:"发布后在办的办件：留在旧版、转到本版、按 migrate.yaml 对应"`
	Period      text            `yaml:"period" is:"month|quarter|half_year|year" doc:"长期办件每隔多久另起一段历史"`
	Basis       []citation      `yaml:"basis" need:"yes" doc:"依据"`
	Start       startFile       `yaml:"start" need:"yes" doc:"怎样开始"`
	Clocks      []clockFile     `yaml:"clocks" doc:"法定时限"`
	Rows        []rowsFile      `yaml:"rows" doc:"办件里成批填报的内容"`
	Registers   []rowsFile      `yaml:"registers" doc:"不属于某个办件的台账"`
	Stages      []stageFile     `yaml:"stages" need:"yes" doc:"环节"`
	Anytime     []anytimeFile   `yaml:"anytime" doc:"在若干环节里随时可以做的事"`
	Ends        []endFile       `yaml:"ends" need:"yes" doc:"结束"`
	Permissions permissionsFile `yaml:"permissions" doc:"谁可以看"`
	Indicators  []indicatorFile `yaml:"indicators" doc:"指标"`
}

type needsFile struct {
	At          place
	Interpreter number        `yaml:"interpreter" need:"yes" doc:"解释器的最低版本"`
	Effects     []effectNeeds `yaml:"effects" doc:"用到的动作及其版本"`
}

type effectNeeds struct {
	Name    text   `yaml:"." is:"path"`
	Version number `yaml:"="`
}

type citation struct {
	At       place
	Doc      text `yaml:"doc" need:"yes" doc:"文件名称"`
	No       text `yaml:"no" doc:"文号"`
	Article  text `yaml:"article" doc:"条款"`
	Binding  text `yaml:"binding" need:"yes" is:"L1|L2|L3|L4|L5|L6|L7" doc:"约束力等级"`
	Verified flag `yaml:"verified" need:"yes" doc:"是否已核对原文"`
}

type startFile struct {
	At       place
	By       []text        `yaml:"by" need:"yes" is:"page|api|event|schedule|parent" doc:"由谁发起：网页、接口、事件、定时、上级办件"`
	Role     text          `yaml:"role" doc:"可以申请的角色"`
	Facts    text          `yaml:"facts" need:"yes" doc:"申请表，forms 里的文件名"`
	Subject  text          `yaml:"subject" doc:"办件是关于谁的：institution、county、city 或者台账名；不写为 institution"`
	OneOpen  []text        `yaml:"one_open" doc:"这些内容相同的办件同时只能有一件在办"`
	Fold     *withinFile   `yaml:"fold" doc:"这段时间里重复的事件并入已有办件"`
	Precheck text          `yaml:"precheck" doc:"提交之前先用哪个规则集试算"`
	Event    text          `yaml:"event" is:"path" doc:"由哪个事件发起"`
	Schedule *scheduleFile `yaml:"schedule" doc:"多久发起一次"`
	To       text          `yaml:"to" need:"yes" doc:"第一个环节"`
}

type scheduleFile struct {
	At    place
	Every text `yaml:"every" need:"yes" is:"month|quarter|half_year|year" doc:"多久一次"`
	Each  text `yaml:"each" need:"yes" is:"institution|county|city" doc:"每个什么一件"`
}

type clockFile struct {
	At      place
	Name    text     `yaml:"." is:"id"`
	Title   text     `yaml:"title" doc:"时限名称"`
	Days    quantity `yaml:"days" need:"yes" doc:"工作日数"`
	PauseIn []text   `yaml:"pause_in" doc:"在这些环节里停止计时"`
}

type rowsFile struct {
	At     place
	Name   text   `yaml:"." is:"id"`
	Title  text   `yaml:"title" need:"yes" doc:"名称"`
	Form   text   `yaml:"form" need:"yes" doc:"每一行的表单"`
	In     text   `yaml:"in" doc:"每一行属于哪个行集的哪一行"`
	Key    []text `yaml:"key" need:"yes" doc:"这些字段相同就是同一行"`
	Sealed flag   `yaml:"sealed" doc:"整行加密保存；表单里有加密字段的必须写 true"`
	States []text `yaml:"states" doc:"台账里一行的状态"`
	Most   number `yaml:"most" doc:"一次最多写多少行，不写为 200"`
}

type anytimeFile struct {
	At    place
	Name  text   `yaml:"." is:"id"`
	Title text   `yaml:"title" doc:"名称，如“撤回”"`
	Role  text   `yaml:"role" doc:"谁可以做"`
	Event text   `yaml:"event" is:"path" doc:"收到哪个事件时也发生"`
	In    []text `yaml:"in" need:"yes" doc:"在哪些环节里可以做"`
	Form  text   `yaml:"form" doc:"要填的表单"`
	To    text   `yaml:"to" need:"yes" doc:"转到哪里"`
}

type endFile struct {
	At    place
	Name  text         `yaml:"." is:"id"`
	Title text         `yaml:"title" need:"yes" doc:"结束的名称"`
	Next  text         `yaml:"next" doc:"给申请人的话"`
	Do    []effectFile `yaml:"do" doc:"结束时做的事"`
}

type permissionsFile struct {
	At    place
	Read  []text `yaml:"read" doc:"除办理人以外可以看办件的角色"`
	Files []text `yaml:"files" doc:"可以看附件的角色"`
}

type indicatorFile struct {
	At       place
	Name     text     `yaml:"." is:"id"`
	Title    text     `yaml:"title" doc:"指标名称"`
	Sum      text     `yaml:"sum" doc:"加总的量"`
	Count    text     `yaml:"count" doc:"计数的对象：case、institution、county 或者行集"`
	Of       text     `yaml:"of" doc:"在什么上面数：case 或者行集；不写为 case"`
	Distinct flag     `yaml:"distinct" doc:"相同的只数一次"`
	When     text     `yaml:"when" doc:"什么时候算：环节.结果"`
	Minus    text     `yaml:"minus" doc:"什么时候再减去：环节.结果"`
	Over     text     `yaml:"over" doc:"作为比例时的分母，另一个指标"`
	By       []text   `yaml:"by" doc:"按什么分组"`
	Target   quantity `yaml:"target" doc:"目标值"`
	From     date     `yaml:"from" doc:"从哪一天起这样计算"`
}
