Console.WriteLine("OwlBoard");
