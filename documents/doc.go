// Package documents renders the documents that processes issue 文书: a Paper is rendered to HTML by the template of its kind,
// the HTML to a PDF through a service with Gotenberg's API, and each PDF carries a verification code. Each process has a
// folder of templates; what a document states is a struct beside the step that fills it, so the package knows no process.
//
// Fonts are sent with every job, subset to the characters of the document, so the result does not depend on the fonts
// installed at the service. A character that no font draws is an error before anything is sent: an empty box in the
// name of an institution is worse than no document.
package documents
