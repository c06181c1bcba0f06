"""Patients whose lesions live in space: grown, given what drugs do, advanced and read off."""
