package nursery

// AttendanceState is how a child was there on a day 出勤情况.
type AttendanceState string

// The states.
const (
	Present   AttendanceState = "present" // 出勤
	SickLeave AttendanceState = "sick"    // 病假
	OnLeave   AttendanceState = "leave"   // 事假
	NotThere  AttendanceState = "absent"  // 未到, 未请假
)

// AttendanceStates gives the states in the order of forms.
func AttendanceStates() []AttendanceState {
	return []AttendanceState{Present, SickLeave, OnLeave, NotThere}
}

// Title is the Chinese name of the state, or the code itself when it is unknown.
func (a AttendanceState) Title() string {
	return title(map[AttendanceState]string{Present: "出勤", SickLeave: "病假", OnLeave: "事假", NotThere: "未到"}, a)
}
