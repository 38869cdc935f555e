package definition

// Paper defines a kind of document that a process issues 文书. Its value is declared beside the struct that a step fills.
type Paper struct {
	Kind     string // as stored with each document; never changed
	Title    string // 标题
	Prefix   string // the word in the document number 发文字号 that distinguishes the kinds
	Template string // its file in documents/

	// New returns an empty content, which a stored document is read into. It is made by documents.Empty, so that it
	// implements documents.Content.
	New func() any

	OfCounty        bool   // it is issued to a county or an insurer, and states nothing about an institution
	PublicAddressee string // a general term that the public sees in place of the addressee; empty: the addressee
}
