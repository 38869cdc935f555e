// Package documents renders the documents that the office issues 文书: a Paper is rendered to HTML by one of nine
// templates, the HTML to a PDF through a service with Gotenberg's API, and each PDF carries a verification code.
//
// Fonts are sent with every job, subset to the characters of the document, so the result does not depend on the fonts
// installed at the service. A character that no font draws is an error before anything is sent: an empty box in the
// name of an institution is worse than no document.
package documents
