package nursery

// Insurer is an institution that insures the children of a county 承保机构.
type Insurer struct {
	ID      string `json:"id" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" patternDescription:"字母、数字和 . _ -" doc:"编号: 与其账号所属机构一致"`
	Name    string `json:"name" minLength:"2" maxLength:"100" doc:"名称"`
	Phone   Phone  `json:"phone,omitempty" maxLength:"40" doc:"联系电话"`
	EndedOn Date   `json:"ended_on,omitzero" doc:"停止承保日期: 自该日起不再接受新的投保月"`
}

// Validate returns the insurer with its telephone number in canonical form, and the errors of what the register keeps of it beyond
// the limits of its fields.
func (i Insurer) Validate() (Insurer, []Fault) {
	var faults []Fault
	if i.Phone != "" {
		phone, err := ParsePhone(string(i.Phone))
		if err != nil {
			return i, append(faults, Fault{"/phone", phoneForm})
		}
		i.Phone = phone
	}
	return i, faults
}
