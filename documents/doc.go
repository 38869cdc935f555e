// Package documents prints what the office hands out 文书: a Paper becomes HTML by one of nine templates, the HTML
// becomes a PDF through a service that speaks the Gotenberg protocol, and each PDF carries a verification code.
//
// Fonts travel with every job, cut down to the characters of the paper, so the result does not depend on what is
// installed beside the browser. A character that no font draws is an error before anything is sent: an empty box in the
// name of an institution is worse than no paper.
package documents
