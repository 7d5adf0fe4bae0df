package intents

// DefaultNamespace is the namespace of a namespaced document that names none.
const DefaultNamespace = "default"

// Default fills in what the document leaves out and a constant can give:
// apiVersion, namespace, and the defaults of its kind. What the planner or a
// profile gives stays empty. Filling twice changes nothing.
func Default(doc *Document) {
	if doc.APIVersion == "" {
		doc.APIVersion = APIVersion
	}
	k, ok := KindByName(doc.Kind)
	if !ok {
		return
	}
	if k.Namespaced && doc.Metadata.Namespace == "" {
		doc.Metadata.Namespace = DefaultNamespace
	}
	k.fill(doc.Spec)
}

// identity tells documents apart.
type identity struct{ kind, namespace, name string }

func identify(doc *Document) identity {
	ns := doc.Metadata.Namespace
	if ns == "" {
		if k, ok := KindByName(doc.Kind); ok && k.Namespaced {
			ns = DefaultNamespace
		}
	}
	return identity{doc.Kind, ns, doc.Metadata.Name}
}
