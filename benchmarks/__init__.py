"""What `ossim` costs: against other tools, against compiled C++, per virtual patient, and to start."""
