"""What makes two records alike: pure, arrays in and arrays out."""
