"""The frozen records that the stages exchange; standard library only."""
