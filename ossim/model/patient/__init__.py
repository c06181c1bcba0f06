"""The osteosarcoma patient: equations, first day, what is read off the state, and one lesion in space."""
