package store

// AboutMember lists the tables that EraseMembers empties of a person.
func AboutMember() []string { return aboutMember() }
